"""A class that hands in: answers of which the verdict is known, attacks, and broken files.

Each submission is another text, so that each is graded. What is expected of it stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain, cycle, islice
from pathlib import Path
from typing import NamedTuple

from checker.catalog import Exercise, load, names_check
from checker.engine.verdict import Verdict
from checker.gate.first_line import read_claim
from checker.gate.folders import Folders
from tests.classroom.intake import packed
from tests.engine import corpus

ROOT = corpus.ROOT
_ATTACKS = ROOT / "tests" / "jail" / "inside"
_AFTER = "\n\n# This text is the one of submission {number}.\n"


class Work(NamedTuple):
    """One attempt, and what has to become of it.

    fails   the checks that fail; None where any may, and none need be told
    """

    exercise: Exercise
    data: bytes
    fails: tuple[str, ...] | None = ()

    def faults(self, verdict: Verdict) -> list[str]:
        """Where the verdict is another one."""
        if self.fails is None:
            # Whatever it did, it has not passed, and it is not our fault.
            return [] if verdict.outcome == "failed" else [f"outcome {verdict.outcome}"]
        wanted = "failed" if self.fails else "passed"
        found = [] if verdict.outcome == wanted else [f"outcome {verdict.outcome}, not {wanted}"]
        for check in verdict.checks:
            named = any(names_check(name, check.id) for name in self.fails)
            if named != (check.outcome != "passed"):
                found.append(f"{check.id} {check.outcome}")
        return found


@cache
def answers(only: str = "") -> list[Work]:
    """Solutions, right answers and wrong answers of the course, one exercise after the other."""
    made, folders = [], Folders(ROOT)
    for exercise in load(ROOT / "exercises").exercises:
        if not exercise.id.startswith(only):
            continue
        right = [folders.solution(exercise), *folders.right(exercise)]
        made += [Work(exercise, folders.whole(path)) for path in right]
        for path in folders.wrong(exercise):
            data = folders.whole(path)
            made.append(Work(exercise, data, read_claim(data.decode()).checks))
    return made


@cache
def hostile() -> list[Work]:
    """Attempts that mean harm to the engine, and those that mean it to the machine."""
    by_id = {exercise.id: exercise for exercise in corpus.exercises()}
    found = []
    for file in corpus.files():
        wanted = corpus.stated(file.read_text("utf-8"))
        found.append(Work(by_id[wanted.exercise], file.read_bytes(), None))
    return found + [Work(by_id["start/first_check"], text, None) for text in _attacks()]


def _attacks() -> list[bytes]:
    """Each attack on the jail, as a program that greets nobody."""
    numbers = (_ATTACKS / "numbers_of_calls.py").read_text("utf-8")
    text = (_ATTACKS / "attacks.py").read_text("utf-8").replace("from numbers_of_calls", "#")
    names = [line[4 : line.index("(")] for line in text.splitlines() if line.endswith("(wire):")]
    return [
        f"{numbers}\n{text}\n\nasync def greet(name, seconds):\n    {each}(None)\n".encode()
        for each in names
        if not each.startswith("_")
    ]


BROKEN: dict[str, tuple[str, bytes]] = {
    "empty zip": (".zip", b""),
    "half a zip": (".zip", packed.zipped((packed.PATH, packed.ANSWER))[:-9]),
    "bomb": (".zip", packed.overlapping(60_000)),
    "zips of zips": (".zip", packed.like_42()),
    "wrong sum": (".zip", packed.zipped(("a/b.txt", b"x")).replace(b"x", b"y")),
    "way up": (".zip", packed.zipped(("../../" + packed.PATH, packed.ANSWER))),
    "no tar": (".tar.gz", b"\x1f\x8b\x08\0\0\0"),
    "link": (".zip", packed.zipped((packed.symlink(packed.PATH), b"/etc/passwd"))),
    "no JSON": (".ipynb", b'{"cells": ['),
    "deep notebook": (".ipynb", b"[" * 100_000),
    "no cells": (".ipynb", packed.notebook("x = 1")),
    "unknown exercise": (".ipynb", packed.notebook(packed.cell("no/such"))),
}  # fmt: skip


class Class(NamedTuple):
    """Who handed in what: works by student, and those whose files cannot be read."""

    works: dict[str, Work]
    broken: list[str]

    @property
    def students(self) -> set[str]:
        """All of them."""
        return {*self.works, *self.broken}


def hand_in(folder: Path, honest: list[Work], attacks: list[Work], broken: int) -> Class:
    """Write a folder for each student, in an order that mixes all kinds."""
    made: dict[str, Work] = {}
    for number, work in enumerate(_mixed(honest, attacks)):
        made[f"s{number:04}"] = work
        path = folder / f"s{number:04}" / "work" / work.exercise.path
        path.parent.mkdir(parents=True)
        path.write_bytes(work.data + _AFTER.format(number=number).encode())
    unread = []
    for number, (ending, data) in enumerate(islice(cycle(BROKEN.values()), broken)):
        unread.append(f"x{number:04}")
        (folder / f"x{number:04}{ending}").write_bytes(data)
    return Class(made, unread)


def _mixed(honest: list[Work], attacks: list[Work]) -> Iterator[Work]:
    """The attacks, spread evenly."""
    every = max(1, len(honest) // max(1, len(attacks)))
    left = iter(attacks)
    for number, work in enumerate(honest):
        if number % every == 0:
            yield from islice(left, 1)
        yield work
    yield from left


def some(works: list[Work], count: int) -> list[Work]:
    """So many of these, spread over all of them, and again from the first where there are less."""
    step = max(1, len(works) // count)
    picked = chain(works[::step], cycle(works))
    return list(islice(picked, count))
