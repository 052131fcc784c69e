"""Several versions of one exercise: which one counts, and why.

The newest counts. Before that: a stub as it was handed out counts for nothing beside an attempt,
what has no exercise's name counts only if there is nothing else, and so does what lies where the
course keeps its stubs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from checker.attempt.code import NotPython, decode, same_program

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """One text that may be an exercise's.

    version    which upload it came with
    guessed    it was found by its text, and has no exercise's name
    copy       the number of a second copy, as in `name (1).py`; a later one has a greater number
    cell       it is a notebook's cell, which was what ran last if times say nothing
    order      when it was met
    """

    data: bytes
    where: str
    modified: datetime | None
    version: tuple[int, ...]
    cell: bool
    handed_out: bool
    order: int
    stub: bool = False
    guessed: bool = False
    copy: int = 0


def choose(candidates: list[Candidate]) -> tuple[Candidate, str]:
    """The one that counts, and in words why, or "" if the others are the same text."""
    best = max(candidates, key=_key)
    others = [other for other in candidates if _text(other.data) != _text(best.data)]
    if not others:
        return best, ""
    rival = max(others, key=_key)
    told = ", ".join(other.where for other in others[:5]) + (", …" if others[5:] else "")
    count = len(others) + 1
    words = f"there are {count} versions; this one counts: {_why(best, rival)}. Not counted: {told}"
    return best, words


def is_stub(data: bytes, stub: bytes | None) -> bool:
    """Whether a text is the stub, but for comments and blank lines."""
    if stub is None:
        return False
    try:
        return same_program(decode(data), decode(stub))
    except NotPython:
        return False


def _key(one: Candidate) -> tuple[object, ...]:
    newest = one.modified or _EVER
    named = not one.guessed
    return (
        not one.stub,
        named,
        not one.handed_out,
        one.version,
        newest,
        one.cell,
        one.copy,
        one.order,
    )


def _why(best: Candidate, rival: Candidate) -> str:
    if best.stub != rival.stub:
        return "the other is the stub as it was handed out"
    if best.guessed != rival.guessed:
        return "the other has no exercise's name"
    if best.handed_out != rival.handed_out:
        return "the other lies in exercises/, where the stubs are"
    if best.version != rival.version:
        return "it was uploaded last"
    if best.modified != rival.modified:
        known = best.modified and rival.modified
        return "it is the newest" if known else "of the other no time is known"
    if best.cell != rival.cell:
        return "their times say nothing, and a cell counts before a file"
    if best.copy != rival.copy:
        return "it is the later copy, by its name"
    return "it comes last"


def _text(data: bytes) -> list[bytes]:
    """What two copies of one text have in common, wherever they were saved."""
    return [line.rstrip() for line in data.strip().splitlines()]
