"""Computing takes time: on one GIL per process, and on so many cores.

Threads of a process that compute at once share its GIL, so each gets an equal part of it.
Processes that compute at once share the cores: with more of them than cores, each gets an equal
part. So does a thread in code that drops the GIL. What is modelled is the sharing, not the
switching: a switch every 5 ms is a detail that no number in the lab should depend on.

Invariant: the work left to each job is exact (a fraction), so the total never drifts.
"""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import Any

from checker.lab import current
from checker.lab.clock import NS, Clock, Strand, to_ns
from checker.lab.originals import thread_time_ns

_BLOCK = 1 << 16  # bytes, of which a hash is made without the GIL


class _Job:
    """Left and rate are fractions: exact, and imported only where a program computes."""

    __slots__ = ("left", "rate", "shares", "strand")

    def __init__(self, strand: Strand, left: int, gil: bool) -> None:
        from fractions import Fraction

        self.strand = strand
        self.shares: Any = strand.process if gil else strand  # with whom it shares a core
        self.left = Fraction(left)
        self.rate = Fraction(1)


class Computing:
    """Who computes now, and how fast."""

    def __init__(self, clock: Clock, cores: int) -> None:
        self._clock = clock
        self._cores = cores
        self._jobs: list[_Job] = []
        self._settled = 0

    def compute(self, duration: int, gil: bool) -> None:
        """Let the holder of the baton compute for as long as this takes it."""
        clock = self._clock
        job = _Job(clock.running(), duration, gil)
        self._change(add=job)
        try:
            clock.park(self._deadline(job), "computing", f"lab.cpu({duration / NS:g})")
        finally:
            self._change(remove=job)

    def _deadline(self, job: _Job) -> int:
        return self._clock.now + ceil(job.left / job.rate)

    def _change(self, add: _Job | None = None, remove: _Job | None = None) -> None:
        """Count what was done until now, then share anew."""
        from fractions import Fraction

        passed = self._clock.now - self._settled
        self._settled = self._clock.now
        for job in self._jobs:
            job.left = max(Fraction(0), job.left - passed * job.rate)
        if add:
            self._jobs.append(add)
        if remove:
            self._jobs.remove(remove)
        sharers: dict[Any, int] = {}
        for job in self._jobs:
            sharers[job.shares] = sharers.get(job.shares, 0) + 1
        for job in self._jobs:
            core = min(Fraction(1), Fraction(self._cores, len(sharers)))
            job.rate = core / sharers[job.shares]
            if job is not add:
                self._clock.reschedule(job.strand, self._deadline(job))


def cpu(seconds: float, *, gil: bool = True) -> None:
    """Compute for so many seconds of CPU time.

    On the loop this blocks. In a thread it needs the GIL, which the program's threads share; in
    a process pool it needs one of the machine's cores. Outside of the lab it burns them for real.

    gil   False: as code in C that drops the GIL, such as zlib and hashlib with large inputs; then
          it needs a core, in a thread as well
    """
    if seconds < 0:
        raise ValueError(f"lab.cpu({seconds!r}): nobody computes for less than no time")
    machine = current.machine()
    if machine is not None:
        machine.compute(to_ns(seconds), gil)
    else:
        burn(to_ns(seconds), gil)


def burn(duration_ns: int, gil: bool = True) -> None:
    """Compute for real."""
    end = thread_time_ns() + duration_ns
    work = bool if gil else partial(_hash, bytes(_BLOCK))
    while thread_time_ns() < end:
        work()


def _hash(block: bytes) -> None:
    from hashlib import sha256

    sha256(block)
