"""Counts the connections to a service.

Invariant: open <= limit, and opened == open + closed, at every moment.
"""

from __future__ import annotations

from checker.lab.services.lock import Guard


class Connections:
    """How many there are, were, and were at once."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.opened = 0
        self.open = 0
        self.peak = 0
        self.refused = 0
        self.asked = 0  # attempts, whatever became of them
        self.busy = 0  # whose reply has not been taken to its end
        self._guard = Guard()

    def ask(self) -> int:
        """Note an attempt to connect; returns its number, from 1."""
        with self._guard:
            self.asked += 1
            return self.asked

    def add(self) -> bool:
        """Open one, unless the limit is reached; then it counts as refused."""
        with self._guard:
            if self.limit is not None and self.open >= self.limit:
                self.refused += 1
                return False
            self.opened += 1
            self.open += 1
            self.peak = max(self.peak, self.open)
            return True

    def refuse(self) -> None:
        """Note a refusal."""
        with self._guard:
            self.refused += 1

    def remove(self) -> None:
        """Close one."""
        with self._guard:
            self.open -= 1

    def occupy(self, change: int) -> None:
        """Note that one became busy (1), or idle (-1)."""
        with self._guard:
            self.busy += change

    def __repr__(self) -> str:
        return f"<{self.open} open, {self.opened} opened, peak {self.peak}, {self.refused} refused>"
