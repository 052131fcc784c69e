"""Which row of a table is which student's.

Invariant: a student is matched by what identifies them, in the order that is given; by their name
only if nobody else, there or here, has it. In doubt there is no match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

R = TypeVar("R")
S = TypeVar("S")


def match(
    rows: Sequence[R],
    students: Sequence[S],
    rules: Sequence[tuple[Callable[[R], str], Callable[[S], str]]],
) -> dict[int, int]:
    """The index of a student for the index of a row."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for of_row, of_student in rules:
        there = [_same(of_row(row)) for row in rows]
        here = [_same(of_student(student)) for student in students]
        times_there, times_here = Counter(there), Counter(here)
        place = {value: n for n, value in enumerate(here)}
        for n, value in enumerate(there):
            if not value or n in found or times_there[value] > 1 or times_here[value] != 1:
                continue
            if place[value] not in taken:
                found[n] = place[value]
                taken.add(place[value])
    return found


def name_of(text: str) -> str:
    """A name in one form: `Lovelace, Ada` and `Ada  Lovelace` are the same."""
    last, comma, first = text.partition(",")
    return f"{first} {last}" if comma else text


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
