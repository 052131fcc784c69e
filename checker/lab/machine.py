"""One run of one program: the parts of the lab, put together and taken apart again.

Invariant: whatever `run` replaced or started (functions, signals, threads, the running loop,
the garbage collector's peace) is back or gone when it returns, however the program ended.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Any, NoReturn

from checker.lab import (
    current,
    ending,
    explain,
    order,
    outer_loop,
    refusals,
    streams,
    stuck,
    timekeeping,
    where,
)
from checker.lab.arrivals import Arrivals, reach_services
from checker.lab.blocking import BlockingCalls, refuse_network
from checker.lab.clock import Clock, Strand
from checker.lab.computing import Computing
from checker.lab.current import local
from checker.lab.errors import Deadlock, Interrupted, Livelock, Stop, ThreadStuck, lets_clean_up
from checker.lab.hints import add_hints
from checker.lab.leaks import Leaks
from checker.lab.locks import Locks
from checker.lab.loop import LabLoop
from checker.lab.names import Names
from checker.lab.originals import acquire, monotonic, release
from checker.lab.processes import Processes
from checker.lab.program import start
from checker.lab.steps import Computed
from checker.lab.stop import GRACE_S, StopButton
from checker.lab.swap import Swaps
from checker.lab.threads import Threads
from checker.lab.traced import Traced
from checker.trace import End, Lane, Recorder, Report

_LOOK_S = 0.05


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
        self.locks.task_name = self._task_name
        self.computing = Computing(self.clock, cores)
        self.threads = Threads(self, self.clock, self.locks, self.names)
        self.processes = Processes(self.clock, self.locks, self.threads, self.names)
        self.leaks = Leaks()
        self.threads.when_raised = self.leaks.in_thread
        self.loop = self._make_loop(turns)
        self.blocking = BlockingCalls(
            lambda: self.clock.now, self.recorder, self.names, self._task_name, self._on_loop
        )
        self.clock.when_blocked = self.blocking.report
        self.button = StopButton(self, self._pressed)
        self.at_end: list[Callable[[], None]] = []  # what else has to end with the run
        self.main: asyncio.Task[Any] | None = None
        self.held: list[asyncio.Task[Any]] = []  # so that none is lost while it is given up
        self.stopped_at = ""  # where the program stood when the user stopped it
        # Why the lab ended the program, if it did.
        self.verdict: BaseException | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.elapsed_ns = 0
        self._spun_at = -1

    def _make_loop(self, turns: int) -> LabLoop:
        if self.recorder is None:
            loop = LabLoop(self.clock, self.names, turns)
        else:
            loop = TracedLabLoop(self.clock, self.names, turns)
            loop.trace_with(self.recorder, lambda: self.clock.now)
            self.recorder.add(Lane(0, 0, "loop", "loop", None, ""))
        loop.when_spinning = self._spinning
        loop.when_endless = self._endless
        loop.when_unsafe = self._unsafe
        loop.when_cleanup_spins = self._cleanup_spins
        loop.on_exception_context = self.leaks.on_exception_context
        return loop

    @property
    def computed(self) -> list[Computed]:
        """Steps that computed for long in real CPU time."""
        return self.loop.meter.found if isinstance(self.loop, Traced) else []

    # What services and programs ask of it.

    def compute(self, duration_ns: int, gil: bool = True) -> None:
        """Let the calling strand compute."""
        self.computing.compute(duration_ns, gil)

    # The run.

    def run(self, main: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Run the program to its end. What came of it is in the attributes."""
        with self.button.installed(), ExitStack() as undo:
            self._set_aside(undo)
            swaps = Swaps()
            undo.callback(swaps.undo)
            undo.callback(self._look_for_leaks)
            undo.callback(self.loop.close)
            undo.callback(self.settle)
            undo.callback(ending.end_threads, self)
            self._install(swaps)
            self._run_program(main, args)
            ending.clean_up(self)
            for end in self.at_end:
                end()
        self._hear_button()

    def _set_aside(self, undo: ExitStack) -> None:
        """The caller's own loop, and what else a thread has one of."""
        undo.callback(outer_loop.set_aside())
        undo.callback(sys.set_asyncgen_hooks, *sys.get_asyncgen_hooks())
        depth = sys.get_coroutine_origin_tracking_depth()
        undo.callback(sys.set_coroutine_origin_tracking_depth, depth)
        # A tracer in which the program was stopped is one that the interpreter takes away.
        undo.callback(sys.settrace, sys.gettrace())
        undo.callback(random.setstate, random.getstate())
        undo.callback(current.belong, local.strand, local.machine)
        current.belong(self.strand, self)
        random.seed(self.seed)

    def _install(self, swaps: Swaps) -> None:
        timekeeping.install(swaps, self.clock)
        arrivals = Arrivals(swaps)
        order.install(swaps, arrivals)
        refusals.install(swaps, arrivals)
        streams.install(swaps)
        self.locks.install(swaps)
        self.threads.install(swaps)
        self.processes.install(swaps, arrivals)
        self.blocking.install(swaps)
        refuse_network(swaps)
        reach_services(swaps, arrivals)
        self.leaks.install(swaps)
        swaps.attribute(os, "cpu_count", lambda: self.cores)
        if hasattr(os, "process_cpu_count"):
            swaps.attribute(os, "process_cpu_count", lambda: self.cores)

    def _run_program(self, main: Callable[..., Any], args: tuple[Any, ...]) -> None:
        # What is left of an error's frames goes while the program may still be stopped.
        with suppress(Stop, KeyboardInterrupt), self.button.program():
            try:
                coroutine = start(self.loop, main, args, self.limit)
                self.main = self.loop.create_task(coroutine, name="main")
                self.result = self.loop.run_until_complete(self.main)
            except BaseException as error:
                if self.verdict is None and not self.button.pressed:
                    add_hints(error)
                    self.error = where.without_lab(error)
                elif not lets_clean_up(self.verdict):
                    ending.abandon(self)
        self.settle()
        self._hear_button()
        if self.verdict is not None:
            self.error = self.verdict
        self.elapsed_ns = self.clock.now
        if self.recorder:
            self.recorder.end(End(self.clock.now, self._outcome(), self.loop.turns))

    def _hear_button(self) -> None:
        if self.button.pressed and not isinstance(self.verdict, Interrupted):
            self.error = self.verdict = explain.interrupted(self)

    def settle(self) -> None:
        """Let the loop be one that does not run."""
        outer_loop.clear(self.loop)

    def _look_for_leaks(self) -> None:
        if self.verdict is None:
            # What is garbage by now may have a finaliser, which is the program's own code.
            with suppress(Stop, KeyboardInterrupt), self.button.program():
                self.leaks.services()
                self.leaks.objects()

    # What the parts report.

    def _pressed(self, frame: FrameType | None) -> None:
        """The user stops the run. In the signal's handler: wherever the program stands."""
        self.stopped_at = explain.standing(self, frame)
        self._give_up()
        with suppress(RuntimeError):
            release(self.strand.baton)

    def _give_up(self) -> None:
        """From now on every wait raises Stop, and what is pending then is never run again."""
        if not self.clock.over:
            self.held = list(asyncio.all_tasks(self.loop))
            self.clock.over = True

    def end_with(self, verdict: BaseException) -> NoReturn:
        """End the program, wherever it stands: this is why."""
        self.verdict = self.verdict or verdict
        if lets_clean_up(verdict):
            # A task may take what is raised here for its own end, and others would go on.
            self.loop.stop()
            self.clock.wake_loop()
        else:
            self._give_up()
        # The program may swallow this, and run into it again and again.
        self.button.limit(GRACE_S)
        raise Stop

    def _stuck(self) -> NoReturn:
        self.end_with(self.verdict or stuck.deadlock(self))

    def _spinning(self) -> NoReturn:
        self.end_with(explain.livelock(self))

    def _threads_spin(self) -> NoReturn:
        self.end_with(explain.threads_spin(self))

    def _endless(self) -> NoReturn:
        self.end_with(explain.endless(self))

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
        passes, since = self.clock.passes, monotonic()
        # It looks up now and then: a signal may have met another thread, and does not wake this.
        while not acquire(me.baton, True, min(_LOOK_S, self.patience_s)):
            if self.verdict is not None and self.button.is_insisting():
                # What tidies up waits for a thread that goes on for ever.
                self._give_up()
                raise Stop
            if passes != self.clock.passes:
                passes, since = self.clock.passes, monotonic()
            elif monotonic() - since >= self.patience_s:
                self.end_with(explain.thread_stuck(self))

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
