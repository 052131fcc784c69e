"""What Gradescope and nbgrader write beside the files: who handed in, and when.

Of YAML only the few lines are read that Gradescope writes, each by its indent; a loader of all of
YAML would be a dependency, and make what it is told to make. A line of another form says nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_TOP = re.compile(r"(submission_\d+):\s*")
_KEY = re.compile(r" {2}:(\w+):\s*(.*)")
_PERSON = re.compile(r" {2,4}- :(\w+):\s*(.*)")
_MORE = re.compile(r" {4,6}:(\w+):\s*(.*)")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6})\d*)? *(\S*)\s*", re.ASCII
)
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")


@dataclass
class Handed:
    """One submission of Gradescope's list."""

    people: list[dict[str, str]] = field(default_factory=list)  # "name", "sid", "email"
    created: datetime | None = None


def gradescope(data: bytes) -> dict[str, Handed]:
    """The submissions of a submission_metadata.yml, by the names of their folders."""
    found: dict[str, Handed] = {}
    current, section = Handed(), ""
    for line in data.decode("utf-8", "replace").split("\n"):
        line = line.rstrip("\r")
        if top := _TOP.fullmatch(line):
            current, section = found.setdefault(top[1], Handed()), ""
        elif key := _KEY.fullmatch(line):
            section = key[1]
            if section == "created_at":
                current.created = time(_scalar(key[2]), UTC)
        elif section != "submitters":
            continue
        elif person := _PERSON.fullmatch(line):
            current.people.append({person[1]: _scalar(person[2])})
        elif (more := _MORE.fullmatch(line)) and current.people:
            current.people[-1].setdefault(more[1], _scalar(more[2]))
    return found


def time(text: str, zone: tzinfo) -> datetime | None:
    """A time such as `2026-03-01 10:00:00.5 UTC`; without a zone it is one of `zone`."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        fraction = (found[3] or "").ljust(6, "0")
        offset = "+00:00" if found[4] in ("Z", "UTC") else found[4]
        if offset and offset[0] in "+-":
            return datetime.fromisoformat(f"{found[1]} {_seconds(found[2])}.{fraction}{offset}")
        named = ZoneInfo(offset) if _ZONE.fullmatch(offset) else zone if not offset else None
        plain = datetime.fromisoformat(f"{found[1]} {_seconds(found[2])}.{fraction}")
        return plain.replace(tzinfo=named) if named else None
    except (ValueError, LookupError, OSError, OverflowError):
        return None


def _seconds(clock: str) -> str:
    return clock if clock.count(":") == 2 else f"{clock}:00"


def _scalar(text: str) -> str:
    """A YAML scalar on one line; "" for any other value."""
    text = text.strip()
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"':
        try:
            value = json.loads(text)
        except ValueError:
            return ""
        return value if isinstance(value, str) else ""
    return "" if text in ("", "~", "null") or text[0] in "|>&*!{[" else text
