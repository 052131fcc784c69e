"""People in a table that a teacher has: a class list, extensions, a worksheet of Moodle's.

A column is known by its name, as Canvas, Moodle, Gradescope and people write it. Without such a
head the first column is the student, by whatever identifies them: the key in grades.csv, a login,
an email, an id, or the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from checker.classroom import sheets
from checker.classroom.intake.submission import IntakeError
from checker.classroom.matching import match, name_of

_KINDS = {
    "student": "any", "key": "any", "student_id": "any", "id": "canvas_id",
    "canvas id": "canvas_id",
    "sis user id": "number", "sis id": "number", "sid": "number", "id number": "number",
    "student id": "number", "sis login id": "login", "login": "login", "username": "login",
    "user name": "login", "email": "email", "e-mail": "email", "email address": "email",
    "identifier": "moodle_id", "moodle id": "moodle_id", "name": "name", "full name": "name",
    "student name": "name", "user": "login", "netid": "login", "user id": "any",
    "first name": "first", "last name": "last", "surname": "last",
}  # fmt: skip
# Rows of Canvas's own: what there is to earn, and the student that it makes up for teachers.
_NOBODY = ("Points Possible", "Student, Test")
_NUMBERS = ("sis_id", "sid", "id_number")


class Known(Protocol):
    """Somebody who is known already, as a rule by what they handed in."""

    key: str
    name: str
    ids: dict[str, str]


@dataclass
class Person:
    """One row.

    ids    by kind: "any", "canvas_id", "number", "login", "email", "moodle_id"
    more   the other cells, by the names of their columns in small letters
    """

    line: int
    name: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What a person is called in a message."""
        return self.ids.get("any") or self.name or next(iter(self.ids.values()), "")


def read(path: Path, others: Sequence[str] = ()) -> list[Person]:
    """The people in a table. `others` are the names of the columns that follow the student.

    Where the table has no head, `others` stand in this order.
    """
    try:
        rows = sheets.read(path).rows
    except sheets.SheetError as error:
        raise IntakeError(str(error)) from None
    head = [_plain(cell) for cell in rows[0]] if rows else []
    if not any(name in _KINDS for name in head):
        head, first = ["student", *others], 1
    else:
        # In Canvas's own files this column is the name.
        canvas = "id" in head and "section" in head
        head = ["name" if canvas and name == "student" else name for name in head]
        rows, first = rows[1:], 2
    people = [_person(row, head, line) for line, row in enumerate(rows, first)]
    return [each for each in people if each.told and each.told not in _NOBODY]


def _person(row: list[str], head: list[str], line: int) -> Person:
    found = Person(line)
    parts: dict[str, str] = {}
    for name, cell in zip(head, row, strict=False):
        kind, value = _KINDS.get(name, ""), cell.strip()
        if kind in ("first", "last"):
            parts[kind] = value
        elif kind == "name":
            found.name = value
        elif kind == "moodle_id":
            digits = re.search(r"\d+$", value)
            found.ids |= {kind: digits[0]} if digits else {}
        elif kind:
            found.ids |= {kind: value} if value else {}
        else:
            found.more[name] = value
    found.name = found.name or " ".join(filter(None, [parts.get("first"), parts.get("last")]))
    return found


def find(people: Sequence[Person], known: Sequence[Known]) -> dict[int, int]:
    """The index of somebody known for the index of a person."""
    return match(people, known, _RULES)


def nearest(person: Person, known: Sequence[Known]) -> str:
    """What a person of whom nothing is known was most likely to be called."""
    names = {name for each in known for name in (each.key, each.name, *each.ids.values()) if name}
    return next(iter(get_close_matches(person.told, sorted(names), 1, 0.6)), "")


def ids_of(person: Person) -> dict[str, str]:
    """The ids as a submission has them."""
    names = {"number": "sis_id", "any": ""}
    found = {names.get(kind, kind): value for kind, value in person.ids.items()}
    found.pop("", None)
    return found


def key_of(person: Person) -> str:
    """A key for somebody who is known by the table alone."""
    order = ("any", "canvas_id", "moodle_id", "login", "email", "number")
    return next((person.ids[kind] for kind in order if person.ids.get(kind)), person.name)


def _plain(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _kind(name: str) -> Callable[[Person], str]:
    return lambda person: person.ids.get(name, "")


def _id(*names: str) -> Callable[[Known], str]:
    return lambda known: next((known.ids[name] for name in names if known.ids.get(name)), "")


def _key(known: Known) -> str:
    return known.key


_Rule = tuple[Callable[[Person], str], Callable[[Known], str]]
_RULES: list[_Rule] = [
    (_kind("any"), _key),
    *((_kind(name), _id(name)) for name in ("canvas_id", "moodle_id", "login", "email")),
    (_kind("number"), _id(*_NUMBERS)),
    (_kind("login"), _id("email")),
    *((_kind("any"), _id(name)) for name in ("login", "email", "canvas_id", "moodle_id")),
    (_kind("any"), _id(*_NUMBERS)),
    *((_kind(name), _key) for name in ("login", "email", "number", "canvas_id", "moodle_id")),
    (_kind("any"), lambda known: name_of(known.name)),
    (lambda person: name_of(person.name), lambda known: name_of(known.name)),
    (lambda person: name_of(person.name), _key),
]
