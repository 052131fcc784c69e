"""One run at a time. A run replaces functions for the whole process, and puts them back; two at
once would put back what the other one had replaced.

Invariant: who holds the turn is the only one that has anything replaced. A thread may take it
again, since what it replaced last is put back first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from checker.lab.errors import WrongUse
from checker.lab.originals import acquire, new_lock, release

PATIENCE_S = 10.0
_lock = new_lock()
_holders: list[threading.Thread] = []


@contextmanager
def alone(patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Wait, in real time, until no other thread has a run."""
    if _holders and _holders[0] is threading.current_thread():
        yield
        return
    if not acquire(_lock, True, patience_s):
        held_by = ", ".join(thread.name for thread in _holders)
        raise WrongUse(
            f"another run is under way in this process, in {held_by or 'another thread'}, and has "
            f"not ended within {patience_s:g} s; let one run end before the next, or use processes"
        )
    _holders.append(threading.current_thread())
    try:
        yield
    finally:
        _holders.clear()
        release(_lock)
