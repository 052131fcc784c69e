"""One run of one program: the parts of the lab, put together and taken apart again.

Invariant: whatever `run` replaced or started (functions, signals, threads, the running loop,
the garbage collector's peace) is back or gone when it returns, however the program ended.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

from checker.lab import explain, timekeeping, where
from checker.lab.blocking import BlockingCalls, refuse_network
from checker.lab.clock import Clock, Strand
from checker.lab.computing import Computing
from checker.lab.current import Closable, local
from checker.lab.errors import Deadlock, LabError, Livelock, Stop, ThreadStuck
from checker.lab.leaks import Collector, Leaks
from checker.lab.locks import Locks
from checker.lab.loop import LabLoop
from checker.lab.names import Names
from checker.lab.originals import acquire, monotonic, release
from checker.lab.processes import Processes
from checker.lab.program import start
from checker.lab.steps import Computed
from checker.lab.stop import GRACE_S, StopButton, throw_into
from checker.lab.swap import Swaps
from checker.lab.threads import Threads
from checker.lab.traced import Traced
from checker.trace import End, Lane, Recorder, Report

# What would not end when its run did. Kept, so that the collector does not run it later.
_abandoned: list[Any] = []


class TracedLabLoop(Traced, LabLoop):
    """The virtual loop, recording."""


class Machine:
    """A machine of declared size, for one run."""

    def __init__(
        self, *, cores: int, threads: int, seed: int, trace: bool, turns: int, patience_s: float
    ) -> None:
        self.cores, self.limit, self.seed = cores, threads, seed
        self.patience_s = patience_s
        self.recorder = Recorder() if trace else None
        self.names = Names()
        self.names.running = self._running_lane
        self.strand = Strand("loop", 0)
        self.clock = Clock(self.strand, self.recorder)
        self.clock.when_stuck = self._stuck
        self.clock.when_spinning = self._threads_spin
        self.clock.wait_for_baton = self._wait_for_baton
        self.locks = Locks(self.clock, patience_s)
        self.computing = Computing(self.clock, cores)
        self.threads = Threads(self, self.clock, self.locks, self.names)
        self.processes = Processes(self.clock, self.locks, self.threads, self.names)
        self.leaks = Leaks()
        self.loop = self._make_loop(turns)
        self.blocking = BlockingCalls(
            lambda: self.clock.now, self.recorder, self.names, self._task_name, self._on_loop
        )
        self.clock.when_blocked = self.blocking.report
        self.button = StopButton()
        self.verdict: LabError | None = None  # why the lab ended the program, if it did
        self.result: Any = None
        self.error: BaseException | None = None
        self.elapsed_ns = self.turns = 0
        self._spun_at = -1

    def _make_loop(self, turns: int) -> LabLoop:
        if self.recorder is None:
            loop = LabLoop(self.clock, self.names, turns)
        else:
            loop = TracedLabLoop(self.clock, self.names, turns)
            loop.trace_with(self.recorder, lambda: self.clock.now)
            self.recorder.add(Lane(0, 0, "loop", "loop", None, ""))
        loop.when_spinning = self._spinning
        loop.when_unsafe = self._unsafe
        loop.when_cleanup_spins = self._cleanup_spins
        loop.on_exception_context = self.leaks.on_exception_context
        return loop

    @property
    def computed(self) -> list[Computed]:
        """Steps that computed for long in real CPU time."""
        return self.loop.meter.found if isinstance(self.loop, Traced) else []

    # What services and programs ask of it.

    def watch(self, thing: Closable) -> None:
        """Ask `thing.left_open()` when the run ends."""
        self.leaks.watch(thing)

    def compute(self, duration_ns: int) -> None:
        """Let the calling strand compute."""
        self.computing.compute(duration_ns)

    # The run.

    def run(self, main: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Run the program to its end. What came of it is in the attributes."""
        outer = asyncio._get_running_loop()
        before = local.strand, local.machine
        dice = random.getstate()
        swaps = Swaps()
        collector = Collector()
        with self.button.installed():
            try:
                asyncio._set_running_loop(None)
                local.strand, local.machine = self.strand, self
                random.seed(self.seed)
                self._install(swaps)
                self._run_program(main, args)
                self._clean_up()
            finally:
                self._end_threads()
                swaps.undo()
                local.strand, local.machine = before
                random.setstate(dice)
                self.loop.close()
                asyncio._set_running_loop(outer)
                self._look_for_leaks()
                collector.restore()
        if self.recorder:
            self.recorder.add(End(self.clock.now, self._outcome(), self.turns))

    def _install(self, swaps: Swaps) -> None:
        timekeeping.install(swaps, self.clock)
        self.locks.install(swaps)
        self.threads.install(swaps)
        self.processes.install(swaps)
        self.blocking.install(swaps)
        refuse_network(swaps)
        self.leaks.install(swaps)
        swaps.attribute(os, "cpu_count", lambda: self.cores)
        if hasattr(os, "process_cpu_count"):
            swaps.attribute(os, "process_cpu_count", lambda: self.cores)

    def _run_program(self, main: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            with self.button.program():
                coroutine = start(self.loop, main, args, self.limit)
                task = self.loop.create_task(coroutine, name="main")
                self.result = self.loop.run_until_complete(task)
        except Stop:
            self.error = self.verdict
        except BaseException as error:
            self.error = error
        if self.button.pressed:
            self.error = self.verdict = explain.interrupted(self)
        elif self.verdict is not None:
            self.error = self.verdict
        self.elapsed_ns, self.turns = self.clock.now, self.loop.turns

    # Between the end of the program and the end of the run: as asyncio.run does.

    def _clean_up(self) -> None:
        loop = self.loop
        pending = [task for task in asyncio.all_tasks(loop) if not task.done()]
        pending.sort(key=lambda task: task.lane)  # type: ignore[attr-defined]
        if self.verdict is None:
            self.leaks.pending(pending)
            self.leaks.generators(loop)
        elif not isinstance(self.verdict, Deadlock):
            self._abandon(pending)
            return
        self._attempt(lambda: self._cancel(pending))
        loop.quiet = self.clock.quiet = True
        self._attempt(lambda: loop.run_until_complete(loop.shutdown_asyncgens()))
        self._attempt(lambda: loop.run_until_complete(loop.shutdown_default_executor()))
        self._abandon(pending)

    def _attempt(self, step: Callable[[], Any]) -> None:
        """Let the program clean up: for as long as it likes, or shortly if it was stopped."""
        limit_s = None if self.verdict is None else GRACE_S
        try:
            with self.button.program(limit_s):
                step()
        except BaseException as error:
            if isinstance(error, Stop | KeyboardInterrupt) or self.error is None:
                self.error = self.error or self.verdict or error

    def _cancel(self, pending: list[Any]) -> None:
        for task in pending:
            task.cancel()
        if pending:
            self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))

    def _abandon(self, tasks: list[Any]) -> None:
        for task in tasks:
            if not task.done():
                task._log_destroy_pending = False
                _abandoned.append((task, task.get_coro()))

    def _end_threads(self) -> None:
        """End every strand that has not ended: idle workers as a matter of course."""
        left = [strand for strand in self.threads.strands.values() if not strand.ended]
        if self.verdict is None:
            for strand in left:
                if at := explain.thread_at(strand):
                    self.leaks.add("thread", f"{strand.name} had not ended", at)
        for pool in self.threads.forget_pools():
            self.leaks.add("pool", f"a {type(pool).__name__} was not shut down")
        running = self.clock.holder
        self.clock.over = True
        local.strand = None
        for strand in left:
            if strand is running:
                throw_into(strand.thread)
            else:
                release(strand.baton)
        end = monotonic() + GRACE_S
        for strand in left:
            while strand.thread.is_alive() and monotonic() < end:
                strand.thread.join(0.01)
                if strand is running:
                    throw_into(strand.thread)
        stuck = [strand for strand in left if strand.thread.is_alive()]
        if stuck:
            self._abandon_threads(stuck)

    def _abandon_threads(self, stuck: list[Strand]) -> None:
        _abandoned.extend(strand.thread for strand in stuck)
        error = explain.threads_left(stuck)
        self.error = self.verdict = error

    def _look_for_leaks(self) -> None:
        if self.verdict is None:
            self.leaks.services()
            self.leaks.objects()

    # What the parts report.

    def _stuck(self) -> None:
        self.verdict = self.verdict or explain.deadlock(self)
        raise Stop

    def _spinning(self) -> None:
        self.verdict = explain.livelock(self)
        raise Stop

    def _threads_spin(self) -> None:
        self.verdict = explain.threads_spin(self)
        raise Stop

    def _unsafe(self, callback: Any) -> None:
        if local.strand is not None:
            self._report(local.strand.lane, "unsafe-call", explain.unsafe(callback))

    def _cleanup_spins(self) -> None:
        if self._spun_at != self.clock.now:
            self._spun_at = self.clock.now
            self._report(0, "spin", explain.SPIN)

    def _report(self, lane: int, kind: str, text: str) -> None:
        if self.recorder:
            at = where.here(3)
            self.recorder.add(Report(self.clock.now, lane, kind, text, at))

    def _wait_for_baton(self, me: Strand) -> None:
        """The loop's thread waits for another. If nothing moves for too long, it names it."""
        passes = self.clock.passes
        while not acquire(me.baton, True, self.patience_s):
            if passes == self.clock.passes:
                self.verdict = explain.thread_stuck(self)
                raise Stop
            passes = self.clock.passes

    def _task_name(self) -> str:
        task = asyncio.current_task(self.loop)
        return task.get_name() if task else ""

    def _on_loop(self) -> bool:
        return local.strand is self.strand

    def _running_lane(self) -> int:
        strand = local.strand
        if strand is not None and strand is not self.strand:
            return strand.lane
        task: Any = asyncio.current_task(self.loop)
        return task.lane if task is not None else 0

    def _outcome(self) -> str:
        if isinstance(self.verdict, Deadlock | ThreadStuck):
            return "stuck"
        if isinstance(self.verdict, Livelock):
            return "spinning"
        if self.verdict is not None:
            return "stopped"
        return "returned" if self.error is None else "raised"
