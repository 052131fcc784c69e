"""What the other side of a wall tells of how something ended: a call, or its whole run.

Invariant: all of it may be made up. What is handed out is of the types that it should be, and can
only make a check fail.
"""

from __future__ import annotations

import asyncio
from typing import Any

from checker.attempt.frames import Broken, Message, unpack
from checker.attempt.inside import NoSuchName
from checker.attempt.raised import read_raised
from checker.attempt.values import DoesNotCross
from checker.lab import errors
from checker.lab.leaks import Leak

MOST_NOTES = 1_000
_LONGEST = 20_000  # characters of a text about what went wrong
_VERDICTS = {
    kind.__name__: kind
    for kind in (
        *(errors.Deadlock, errors.Livelock, errors.ThreadStuck),
        *(errors.WrongUse, errors.NoNetwork, errors.LabError),
    )
}


def returned(outcome: Message, source: list[str], *, was_cancelled: bool) -> Any:
    """What a call returned, or raises what it raised."""
    match outcome:
        case ["value", value]:
            return unpack(value)
        case ["cancelled"] if was_cancelled:
            raise asyncio.CancelledError
        case ["raised", dict(told)]:
            raise read_raised(told, source)
        case ["no name", str(words)]:
            raise NoSuchName(words[:_LONGEST])
        case ["does not cross", str(words)]:
            raise DoesNotCross(words[:_LONGEST])
    raise Broken("an outcome that there is not")


def error_of(report: dict[str, Any], source: list[str]) -> BaseException | None:
    """What a run ended with over there."""
    match report.get("error"):
        case None:
            return None
        case ["raised", dict(told)]:
            return read_raised(told, source)
        case [str(name), str(text)] if name in _VERDICTS:
            return _VERDICTS[name](text[:_LONGEST])
    raise Broken("an end that there is not")


def leaks_of(report: dict[str, Any]) -> list[Leak]:
    """What it says that it left behind."""
    found = report.get("leaks")
    if type(found) is not list or len(found) > MOST_NOTES:
        raise Broken("notes that are none")
    for note in found:
        if type(note) is not list or len(note) != 3 or not all(type(t) is str for t in note):
            raise Broken("a note that is none")
    return [Leak(*(text[:500] for text in note)) for note in found]
