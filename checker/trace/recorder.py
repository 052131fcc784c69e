"""Collects events while a program runs.

The recorder is told what happened and keeps it; it never looks at the program. It must cost
little, since it is called on every step: one append per event, and nothing is formatted here.

Invariant: nothing stands behind an `End`. What the lab does to tidy up after a program is not
part of its story.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.trace.events import End, Event


class Recorder:
    """A list of events that grows until the program is over."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = False
        self.add: Callable[[Event], None] = self.events.append

    def end(self, event: End) -> None:
        """The last event."""
        self.events.append(event)
        self.ended = True
        self.add = _ignore

    def give(self) -> list[Event]:
        """The whole story, which is kept here no longer: the recorder may outlive its run."""
        events, self.events = self.events, []
        return events


def _ignore(event: Event) -> None:
    """The story is over."""
