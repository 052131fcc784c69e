"""Threads of a program, as strands.

A thread that a strand starts becomes a strand: a real thread that runs only while it holds the
baton. `Thread.start` is where every road to a thread ends (`asyncio.to_thread`, executors,
anyio's workers, FastAPI's `def` handlers), so it is the only one that is replaced; the pools
and their limits stay the real ones.

Invariant: when a strand has ended, its thread is joined before anything else runs. So what the
program sees of it (`is_alive`, `enumerate`) never depends on real time.
"""

from __future__ import annotations

import itertools
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty
from typing import Any

from checker.lab import where
from checker.lab.clock import Clock, Strand, to_ns
from checker.lab.current import RunningMachine, local, outside
from checker.lab.errors import Stop, WrongUse
from checker.lab.locks import Locks
from checker.lab.names import Names
from checker.lab.refusals import is_of_interpreters, refuse_interpreters
from checker.lab.swap import Swaps
from checker.trace import Lane

_start = threading.Thread.start
_join = threading.Thread.join
_is_alive = threading.Thread.is_alive
_submit = ThreadPoolExecutor.submit
_usual_hook = threading.excepthook


class Threads:
    """The threads of one run."""

    def __init__(self, machine: RunningMachine, clock: Clock, locks: Locks, names: Names) -> None:
        self._machine = machine
        self._clock = clock
        self._locks = locks
        self._names = names
        self._pools: weakref.WeakSet[ThreadPoolExecutor] = weakref.WeakSet()
        self.strands: dict[threading.Thread, Strand] = {}
        self.when_raised: Callable[[str, BaseException], None] = lambda name, error: None
        clock.join_for_real = self._join_for_real

    def install(self, swaps: Swaps) -> None:
        """Replace what starts, joins and asks for threads."""

        def start(thread: threading.Thread) -> None:
            if local.strand is None:
                _start(thread)
            else:
                self._start(thread)

        def join(thread: threading.Thread, timeout: float | None = None) -> None:
            strand = self.strands.get(thread)
            if local.strand is None or strand is None or strand is local.strand:
                _join(thread, timeout)
            else:
                self._join(strand, timeout)

        def is_alive(thread: threading.Thread) -> bool:
            strand = self.strands.get(thread)
            if local.strand is not None and strand is not None and strand.ended:
                self._join_for_real(thread)
            return _is_alive(thread)

        def submit(pool: ThreadPoolExecutor, /, *args: Any, **kwargs: Any) -> Any:
            if local.strand is not None and pool not in self._pools:
                self._meet(pool)
            return _submit(pool, *args, **kwargs)

        swaps.attribute(threading.Thread, "start", start)
        swaps.attribute(threading.Thread, "join", join)
        swaps.attribute(threading.Thread, "is_alive", is_alive)
        swaps.attribute(ThreadPoolExecutor, "submit", submit)
        swaps.attribute(threading, "excepthook", self._hear_of_exception)
        # A pool logs whatever ends its thread; that a run is over is no error of the program.
        log = logging.getLogger("concurrent.futures")
        swaps.attribute(log, "filters", [*log.filters, _not_stopped])
        # Both count over the whole process, and the counts end up in the names of threads.
        swaps.attribute(ThreadPoolExecutor, "_counter", itertools.count().__next__)
        swaps.attribute(threading, "_counter", itertools.count(1).__next__)

    def begin(self, name: str, process: int = 0) -> Strand:
        """A strand for a thread that is about to start, with a lane of its own."""
        clock = self._clock
        lane = self._names.lane()
        if clock.recorder:
            kind = "process" if process else "thread"
            by, at = self._names.running(), where.here(2)
            clock.recorder.add(Lane(clock.now, lane, kind, name, by, at))
        return Strand(name, lane, process)

    def _start(self, thread: threading.Thread) -> None:
        if thread._started.is_set():  # type: ignore[attr-defined]
            _start(thread)  # Raises what it raises for a second start.
        self._clock.running()
        self.launch(thread, self.begin(self._names.thread(thread)))

    def launch(self, thread: threading.Thread, strand: Strand) -> None:
        """Start `thread` as `strand`."""
        strand.thread = thread
        self.strands[thread] = strand
        run = thread.run

        def run_as_strand() -> None:
            # The thread holds itself through this name, and would be garbage only in a cycle.
            del thread.run
            self._run(strand, run)

        thread.run = run_as_strand  # type: ignore[method-assign]
        with outside():
            _start(thread)
        self._clock.start(strand)

    def _run(self, strand: Strand, run: Any) -> None:
        clock = self._clock
        then = "raised"
        local.strand, local.machine = strand, self._machine
        try:
            clock.take(strand)
            run()
            then = "returned" if strand.doom is None else "died"
        except Stop:
            then = "cancelled"
        except BaseException:
            if not clock.over:
                raise
            # What breaks in a thread that is made to end is not the program's fault.
            then = "cancelled"
        finally:
            local.strand = local.machine = None
            strand.ended = True
            if not clock.over:
                while self._locks.notify(strand):
                    pass
                clock.end(strand, then)

    def _hear_of_exception(self, args: threading.ExceptHookArgs) -> None:
        strand = self.strands.get(args.thread) if args.thread is not None else None
        if strand is None or args.exc_value is None:
            _usual_hook(args)
        elif args.exc_type is not SystemExit:
            self.when_raised(strand.name, args.exc_value)

    def _join(self, strand: Strand, timeout: float | None) -> None:
        deadline = None
        if timeout is not None:
            deadline = self._clock.now + to_ns(max(timeout, 0))
        while not strand.ended:
            if not self._locks.wait_on(strand, deadline, "Thread.join"):
                return
        self._join_for_real(strand.thread)

    def _join_for_real(self, thread: threading.Thread) -> None:
        with outside():
            _join(thread)

    def _meet(self, pool: ThreadPoolExecutor) -> None:
        """A pool is used for the first time in this run: its threads must be the run's own."""
        if is_of_interpreters(pool):
            refuse_interpreters()
        if any(thread not in self.strands for thread in pool._threads):
            raise WrongUse(
                "this ThreadPoolExecutor started its threads outside of the run, where the "
                "virtual clock does not reach them; make the pool inside of the function that "
                "you pass to lab.run, or do not use it before"
            )
        self._pools.add(pool)

    def open_pools(self) -> list[ThreadPoolExecutor]:
        """Pools that were used in this run and not shut down."""
        return [pool for pool in self._pools if not pool._shutdown]

    def forget_pools(self) -> None:
        """Let pools that outlive the run start their threads anew, and without its jobs.

        Only when the threads have ended: one that ends may still say that it is idle.
        """
        for pool in self.open_pools():
            pool._threads.clear()  # type: ignore[attr-defined]
            while pool._idle_semaphore.acquire(timeout=0):
                pass
            with suppress(Empty):
                while True:
                    job = pool._work_queue.get_nowait()
                    if job is not None:
                        job.future.cancel()


def _not_stopped(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], Stop))
