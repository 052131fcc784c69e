"""Which run the calling thread belongs to.

Services and drivers are ordinary code and work outside of the lab too. What they need of a run
(its seed, the list of what must be closed at its end) they ask for here, and get None outside.
The lab's replacements of the interpreter's functions ask here too: a thread without a strand is
none of theirs, and gets the real thing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from checker.lab.blocking import BlockingCalls
    from checker.lab.clock import Strand
    from checker.lab.leaks import Leaks


class RunningMachine(Protocol):
    """What a service may know of the run that it is used in."""

    seed: int
    leaks: Leaks
    blocking: BlockingCalls

    def compute(self, duration_ns: int, gil: bool = True) -> None:
        """Let the calling strand compute."""


class _Local(threading.local):
    machine: RunningMachine | None = None
    strand: Strand | None = None


local = _Local()


def machine() -> RunningMachine | None:
    """The machine of the run that this thread belongs to, or None outside of a run."""
    return local.machine


def belong(strand: Strand | None, machine: RunningMachine | None) -> None:
    """From now on the calling thread belongs to this run, or to none."""
    local.strand, local.machine = strand, machine


@contextmanager
def outside() -> Iterator[None]:
    """Let the calling thread meet the real clock and the real locks for a moment."""
    strand, local.strand = local.strand, None
    try:
        yield
    finally:
        local.strand = strand
