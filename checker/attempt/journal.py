"""A journal: what the attempt's side did and when, written down on the check's side."""

from __future__ import annotations

from typing import Any

from checker.attempt.values import Value, cross
from checker.lab.services.clock import NS, now_ns

LONGEST = 100_000


class Journal:
    """A service that takes notes.

    entries   (seconds on the clock, value), in the order in which they were written
    values    the values alone
    """

    def __init__(self) -> None:
        self.entries: list[tuple[float, Value]] = []

    @property
    def values(self) -> list[Value]:
        """What was written, without the times."""
        return [value for _, value in self.entries]

    def write(self, value: Any) -> None:
        """Write one plain value down."""
        if len(self.entries) >= LONGEST:
            raise RuntimeError(f"the journal is full: it has {LONGEST:,} entries")
        self.entries.append((now_ns() / NS, cross(value, "what was written")))

    def __repr__(self) -> str:
        return f"<Journal: {len(self.entries)} entries>"
