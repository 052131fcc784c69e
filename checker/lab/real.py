"""`lab.real.run`: the same program on the real loop and the real clock, with the same trace.

Nothing is virtual here: real threads, real sleeps, a real network, and times that differ from
run to run. The loop is asyncio's own; around it the same recorder listens. It is for holding the
lab against reality, and for what the lab refuses.
"""

from __future__ import annotations

import asyncio
import threading
import time
from _queue import SimpleQueue
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from contextvars import Context
from queue import Queue
from typing import Any, TypeVarTuple

from checker.lab import current, program, where
from checker.lab.arrivals import Arrivals, reach_services
from checker.lab.blocking import BlockingCalls
from checker.lab.computing import burn
from checker.lab.current import local
from checker.lab.errors import WrongUse
from checker.lab.leaks import Leaks
from checker.lab.names import Names
from checker.lab.originals import monotonic_ns, simple_get, sleep
from checker.lab.run import Run, finish
from checker.lab.swap import Swaps
from checker.lab.traced import Traced
from checker.lab.turn import alone
from checker.trace import End, Lane, Ran, Recorder, Trace

_Ts = TypeVarTuple("_Ts")
_start = threading.Thread.start
_queue_get = Queue.get


class _RealLoop(Traced, asyncio.SelectorEventLoop):
    """asyncio's loop, recording."""

    turns = 0

    def _call_soon(self, callback: Any, args: Any, context: Any) -> asyncio.Handle:
        handle = self.Handle(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's. From 3.14 on that makes a handle of its own, which is not traced.

        See `BaseEventLoop.call_soon_threadsafe` and `_ThreadSafeHandle` in CPython's asyncio.
        """
        self._check_closed()  # type: ignore[attr-defined]
        handle = self._call_soon(callback, args, context)
        self._write_to_self()  # type: ignore[attr-defined]
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's; the timer knows its deadline for the trace."""
        timer = super().call_at(when, callback, *args, context=context)
        timer.__class__ = self.Timer
        return timer

    def _run_once(self) -> None:
        self.turns += 1
        super()._run_once()


class _Lane(threading.local):
    """The lane of the calling thread, if it is one of the program's."""

    lane = 0
    began = 0


class _RealRun:
    """The recorder, and what it must be told of that asyncio does not tell."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.names = Names()
        self.names.running = self._running
        self.origin = monotonic_ns()
        self.leaks = Leaks()
        self.loop_thread = threading.get_ident()
        self._thread = _Lane()
        self.loop = _RealLoop()
        self.loop.number_with(self.names)
        self.loop.origin_ns = self.origin
        self.loop.trace_with(self.recorder, self.now_ns)
        self.blocking = BlockingCalls(
            self.now_ns, self.recorder, self.names, self._task_name, self._on_loop
        )

    def now_ns(self) -> int:
        return monotonic_ns() - self.origin

    # What services and programs ask of a run.

    seed = 0

    def compute(self, duration_ns: int, gil: bool = True) -> None:
        burn(duration_ns, gil)

    # What asyncio does not tell of.

    def install(self, swaps: Swaps) -> None:
        reach_services(swaps, Arrivals(swaps), real_network=True)
        self.blocking.install(swaps)
        swaps.builtin(time.sleep, self._sleep)  # type: ignore[arg-type]
        swaps.attribute(threading.Thread, "start", lambda thread: self._start(thread))
        swaps.method(SimpleQueue, "get", self._waiting_for_job(simple_get))
        swaps.attribute(Queue, "get", self._waiting_for_job(_queue_get))
        self.leaks.install(swaps)

    def _on_loop(self) -> bool:
        return threading.get_ident() == self.loop_thread and self._task_name() != ""

    def _task_name(self) -> str:
        task = asyncio.current_task(self.loop)
        return task.get_name() if task is not None else ""

    def _running(self) -> int:
        if threading.get_ident() != self.loop_thread:
            return self._thread.lane
        task: Any = asyncio.current_task(self.loop)
        return getattr(task, "lane", 0)

    def _sleep(self, seconds: float) -> None:
        began = self.now_ns()
        on = f"time.sleep({seconds:g})"
        with self._left("sleeping", on):
            sleep(seconds)
        if self._on_loop():
            self.blocking.report(began, on)

    def _start(self, thread: threading.Thread) -> None:
        if threading.get_ident() != self.loop_thread and not self._thread.lane:
            _start(thread)
            return
        lane = self.names.lane()
        name = self.names.thread(thread)
        by, at = self._running(), where.here(2)
        self.recorder.add(Lane(self.now_ns(), lane, "thread", name, by, at))
        run = thread.run

        def run_in_lane() -> None:
            del thread.run
            current.belong(None, self)
            self._thread.lane, self._thread.began = lane, self.now_ns()
            then = "raised"
            try:
                run()
                then = "returned"
            finally:
                self._ran(then, "", "")

        thread.run = run_in_lane  # type: ignore[method-assign]
        _start(thread)

    def _waiting_for_job(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def get(queue: Any, block: bool = True, timeout: float | None = None) -> Any:
            if not block:
                return real(queue, block, timeout)
            with self._left("idle" if not where.here(2) else "waiting", "Queue.get"):
                return real(queue, block, timeout)

        return get

    @contextmanager
    def _left(self, then: str, on: str) -> Any:
        """The calling thread leaves its turn, and comes back."""
        if self._thread.lane:
            self._ran(then, on, where.here(4))
        try:
            yield
        finally:
            self._thread.began = self.now_ns()

    def _ran(self, then: str, on: str, at: str) -> None:
        thread = self._thread
        lasted = self.now_ns() - thread.began
        self.recorder.add(Ran(thread.began, thread.lane, thread.began, lasted, then, on, at))


def run(
    main: Callable[..., Awaitable[Any]], *args: Any, threads: int = 40, catch: bool = False
) -> Run:
    """Run `await main(*args)` for real, as `asyncio.run` does, and record it as the lab does.

    Use it from a script or a test. In a notebook a loop runs already, so it runs in a thread.
    """
    program.check(main, 1, threads)
    outer = asyncio._get_running_loop()
    if current.machine() is not None or isinstance(outer, _RealLoop):
        raise WrongUse(
            "lab.real.run inside of a run: a program has one loop and one clock; await the inner "
            "function in place of running it"
        )
    if outer is not None:
        return _in_thread(lambda: run(main, *args, threads=threads, catch=catch))
    with alone():
        return finish(_run(main, args, threads), catch)


def _run(main: Callable[..., Awaitable[Any]], args: tuple[Any, ...], threads: int) -> Run:
    real = _RealRun()
    real.recorder.add(Lane(0, 0, "loop", "loop", None, ""))
    real.loop.set_exception_handler(lambda _, context: real.leaks.on_exception_context(context))
    swaps = Swaps()
    result, error = None, None
    elapsed_ns = 0
    runner = asyncio.Runner(loop_factory=lambda: real.loop)
    before = local.strand, local.machine
    try:
        current.belong(None, real)
        real.install(swaps)
        with runner:
            try:
                loop = runner.get_loop()
                task = loop.create_task(program.start(loop, main, args, threads), name="main")
                result = loop.run_until_complete(task)
            except BaseException as raised:
                error = raised
            elapsed_ns = real.now_ns()
            outcome = "returned" if error is None else "raised"
            real.recorder.end(End(elapsed_ns, outcome, real.loop.turns))
            real.leaks.pending([task for task in asyncio.all_tasks(real.loop) if not task.done()])
            real.leaks.generators(real.loop)
        real.leaks.services()
    finally:
        swaps.undo()
        current.belong(*before)
    trace = Trace(real.recorder.give(), clock="real", threads=threads)
    return Run(
        result,
        error,
        elapsed_ns,
        trace,
        real.blocking.found,
        real.leaks.found,
        real.loop.meter.found,
    )


def _in_thread(call: Callable[[], Run]) -> Run:
    """Run where no loop runs. The caller waits, and Ctrl-C reaches it."""
    found: list[Run | BaseException] = []

    def work() -> None:
        try:
            found.append(call())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=work, name="lab.real.run", daemon=True)
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]
