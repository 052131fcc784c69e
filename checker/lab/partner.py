"""Another process that lives on the clock of a run: an attempt behind a wall, and its check."""

from __future__ import annotations

from typing import Protocol


class Partner(Protocol):
    """The other side of a clock. Only one of the two processes runs at a time."""

    def goes_first(self, when: int, seq: int) -> bool:
        """Let it do what comes before (when, seq), if anything does.

        True if there was something: then what comes next has to be looked up anew.
        """
