"""Collects events while a program runs.

The recorder is told what happened and keeps it; it never looks at the program. It must cost
little, since it is called on every step: one append per event, and nothing is formatted here.
"""

from __future__ import annotations

from checker.trace.events import Event, Trace


class Recorder:
    """A list of events that grows."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.add = self.events.append

    def trace(self, **header: object) -> Trace:
        """What was recorded so far."""
        return Trace(self.events, **header)
