"""Real computing in a step of the loop: measured, since no virtual time tells of it.

A step that computes for a tenth of a second holds every other task up for as long. What is
measured is CPU time of the loop's thread, so that a busy machine does not count against the
program. It is measured and so never the same twice: it stands beside the trace, not in it, and
no verdict should hang on it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from checker.lab import where
from checker.lab.clock import NS
from checker.lab.originals import perf_counter_ns, thread_time_ns

THRESHOLD_NS = 100_000_000
# The CPU clock costs a system call, so it is read once in a while; a reading may be so old.
_STALE_NS = 5_000_000


class Computed(NamedTuple):
    """A step that computed for long."""

    at: float  # seconds on the virtual clock
    cpu_s: float  # CPU time of the loop's thread
    where: str  # the line at which the step ended: "app.py:7"
    task: str


class StepMeter:
    """Watches the real time that each step takes."""

    def __init__(self) -> None:
        self.found: list[Computed] = []
        self._began = self._read = 0
        self._cpu = 0

    def begin_turn(self) -> None:
        """A turn of the loop begins."""
        self._began = perf_counter_ns()
        if self._began - self._read > _STALE_NS:
            self._read, self._cpu = self._began, thread_time_ns()

    def end_step(self, task: Any, now_ns: int) -> None:
        """A task's step ended."""
        began, self._began = self._began, perf_counter_ns()
        if self._began - began < THRESHOLD_NS:
            return
        cpu = thread_time_ns()
        used, self._cpu, self._read = cpu - self._cpu, cpu, self._began
        if used >= THRESHOLD_NS:
            coroutine = task.get_coro()
            if task.done():
                at = where.place(coroutine.cr_code, coroutine.cr_code.co_firstlineno)
            else:
                at = where.suspension(task).at
            self.found.append(Computed(now_ns / NS, used / NS, at, task.get_name()))
