"""Reads a trace back from text that anybody may have written.

Invariant: what is handed out has the types and the ranges that a recorder writes, so that whatever
draws or tells a trace need not ask again. Everything else is a ValueError that names its line; no
text, however deep or long, ends in another exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_type_hints

from checker.trace.events import KINDS, VERSION, Event, Trace

MOST_EVENTS = 1_000_000
LONGEST_TEXT = 100_000  # of one field
LONGEST_HEADER = 100_000
_MOST = 1 << 63  # nanoseconds: the clock stops at half of that
_COUNTS = frozenset({"lasted", "lane", "by", "turns"})  # What is never negative.


def read(text: str) -> Trace:
    """Read what `Trace.dump` wrote."""
    lines = text.split("\n")
    header = _header(lines[0])
    last = len(lines) - (not lines[-1])  # A dump ends with a line break.
    if last - 1 > MOST_EVENTS:
        raise ValueError(f"line {MOST_EVENTS + 2}: a trace has at most {MOST_EVENTS:,} events")
    return Trace([_event(n, line) for n, line in enumerate(lines[1:last], 2)], **header)


def _header(line: str) -> dict[str, Any]:
    try:
        header = _table(line) if len(line) <= LONGEST_HEADER else {}
        found = header.pop("trace"), header.pop("version")
        # They become arguments of Trace, which has these of its own.
        good = not header.keys() & {"self", "events"} and type(found[1]) is int
    except (ValueError, KeyError):
        good = False
    if not good or found[0] != "unblocked":
        raise ValueError("line 1: not the header of a trace written by Trace.dump")
    if found[1] != VERSION:
        raise ValueError(
            f"line 1: this is a trace of version {str(found[1])[:20]} and here version {VERSION} "
            "is read; use the version of unblocked that wrote it"
        )
    return header


def _table(line: str) -> dict[str, Any]:
    try:
        table = json.loads(line, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is too deep") from None
    if type(table) is not dict:
        raise ValueError("it is no object")
    return table


def _refuse(constant: str) -> None:
    """NaN and Infinity, which are no JSON."""
    raise ValueError(constant)


def _event(number: int, line: str) -> Event:
    try:
        row = _table(line)
        what = row.pop("what")
        kind, fields = _FIELDS[what]
        wrong = [name for name, good in fields if not good(row[name])]
        if len(row) != len(fields):
            raise ValueError("it has other fields")
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"line {number}: not an event of a trace: {line[:80]}") from None
    if wrong:
        value = ascii(row[wrong[0]])[:80] if not _is_huge(row[wrong[0]]) else "a huge number"
        raise ValueError(
            f"line {number}: {wrong[0]} of {what!r} cannot be {value}: {_ALLOWED[wrong[0]]}"
        )
    made: Event = kind(**row)
    return made


def _is_huge(value: object) -> bool:
    """A number that would be slow to write, or that Python refuses to."""
    return type(value) is int and value.bit_length() > 200


def _is_text(value: object) -> bool:
    return type(value) is str and len(value) <= LONGEST_TEXT


def _is_time(value: object) -> bool:
    return type(value) is int and -_MOST < value < _MOST


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_count_or_none(value: object) -> bool:
    return value is None or _is_count(value)


def _rule(name: str, hint: Any) -> Callable[[object], bool]:
    if hint is str:
        return _is_text
    if hint is int:
        return _is_count if name in _COUNTS else _is_time
    return _is_count_or_none


_WORDS: dict[Callable[[object], bool], str] = {
    _is_text: f"it is a text of at most {LONGEST_TEXT:,} characters",
    _is_time: "it is a whole number of nanoseconds",
    _is_count: "it is a whole number and not below 0",
    _is_count_or_none: "it is null, or a whole number and not below 0",
}
_FIELDS = {
    what: (kind, [(name, _rule(name, hint)) for name, hint in get_type_hints(kind).items()])
    for what, kind in KINDS.items()
}
# `by` is the one name with two rules; the wider of them is what is said.
_ALLOWED = {name: _WORDS[rule] for _, fields in _FIELDS.values() for name, rule in fields}
