"""Guards the books of a service against threads, in a run and outside of one.

It is the interpreter's own lock, also while a run has replaced all others: nothing waits while
it is held, so in the lab it is never contended and need not be seen.
"""

from __future__ import annotations

from checker.lab.originals import acquire, new_lock, release


class Guard:
    """A lock to hold for a few lines, never across a wait."""

    def __init__(self) -> None:
        self._lock = new_lock()

    def __enter__(self) -> None:
        acquire(self._lock)

    def __exit__(self, *exc: object) -> None:
        release(self._lock)
