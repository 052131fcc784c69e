"""Which run the calling thread belongs to.

Services and drivers are ordinary code and work outside of the lab too. What they need of a run
(its seed, the list of what must be closed at its end) they ask for here, and get None outside.
"""

from __future__ import annotations

import threading
from typing import Protocol


class Closable(Protocol):
    """Something that a run must not leave open."""

    def left_open(self) -> str | None:
        """What is open, in the words of the leak list, or None."""


class RunningMachine(Protocol):
    """What a service may know of the run that it is used in."""

    seed: int

    def watch(self, thing: Closable) -> None:
        """Ask `thing.left_open()` when the run ends."""


class _Current(threading.local):
    machine: RunningMachine | None = None


_current = _Current()


def machine() -> RunningMachine | None:
    """The machine of the run that this thread belongs to, or None outside of a run."""
    return _current.machine


def enter(machine: RunningMachine | None) -> RunningMachine | None:
    """Make this thread belong to a run, or to none; returns what it belonged to before."""
    before, _current.machine = _current.machine, machine
    return before
