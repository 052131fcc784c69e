"""Signs of life: whether the loop on the other side of a wall is free while time passes.

What the other side says of itself, it may leave out. So it is asked, in the middle of a wait, for
a sign that its loop has to give. A loop that is held gives it when it is let go.

Invariant: what is late here is measured by this side's clock. Whoever gives the sign in time from
within a wait serves others in that wait, and so holds nobody up.
"""

from __future__ import annotations

from checker.lab.clock import NEVER, NS


class Pulse:
    """What one run felt.

    watchers   how many want to know; nobody is asked for them if there are none
    """

    def __init__(self) -> None:
        self.watchers = 0
        self._late: list[int] = []  # nanoseconds until an answer came
        self._asked: int | None = None
        self._until = -1

    def moment(self, now: int, until: int) -> int | None:
        """When to ask in a wait from now until then; None where there is no need."""
        idle = not self.watchers or self._asked is not None or until >= NEVER
        # Who answered in this wait would be asked again for what is left of it, without an end.
        if idle or until - now < 2 or until == self._until:
            return None
        self._until = until
        self._asked = now + (until - now) // 2
        return self._asked

    def answered(self, now: int) -> bool:
        """The sign came. False if nobody had asked for one."""
        if self._asked is None:
            return False
        self._late.append(now - self._asked)
        self._asked = None
        return True

    def marked(self) -> int:
        """Where a stretch of time begins; give it to `longest`."""
        return len(self._late)

    def longest(self, mark: int, now: int) -> float:
        """The most seconds that a sign took which came since then, or has not come yet."""
        waiting = [] if self._asked is None else [now - self._asked]
        return max([*self._late[mark:], *waiting], default=0) / NS
