"""What all services have in common: a name, a seed, and a fresh start in each run."""

from __future__ import annotations

import re

from checker.lab import current
from checker.lab.current import RunningMachine
from checker.lab.services.latency import Draws, stream
from checker.lab.services.lock import Guard

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


class Service:
    """The base of upstreams, databases and queues.

    Invariant: every run meets the service as new. The first use within a run resets it, so the
    same program in the same cell gives the same run twice. Read the counts before the next run.
    """

    def __init__(self, name: str, seed: int | None) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"name={name!r}: a service's name is its host name too; "
                "use letters, digits, '-', '_' and '.', such as 'shards'"
            )
        self.name = name
        self._seed = seed
        self._machine: RunningMachine | None = None
        self._entering = Guard()

    def reset(self) -> None:
        """Begin anew: all counts and logs empty, all connections gone."""
        raise NotImplementedError

    def left_open(self) -> str | None:
        """What of this service is open, for the leak list of a run."""
        raise NotImplementedError

    def enter(self) -> None:
        """Belong to the caller's run, if there is one."""
        machine = current.machine()
        with self._entering:
            if machine is not None and machine is not self._machine:
                self._machine = machine
                self.reset()
                machine.leaks.watch(self)

    @property
    def _same_run(self) -> bool:
        """Whether the caller's clock is that of the books; it is not once the run is over."""
        return current.machine() is self._machine

    def _draws(self, purpose: str, number: int) -> Draws:
        seed = self._seed
        if seed is None:
            machine = current.machine()
            seed = machine.seed if machine is not None else 0
        return stream(seed, self.name, purpose, number)


def count(number: int, noun: str) -> str:
    """1 connection, 2 connections."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
