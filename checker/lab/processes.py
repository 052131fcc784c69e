"""A modelled `ProcessPoolExecutor`.

Its workers are strands, each with a GIL of its own, so what they compute needs one of the
machine's cores and nothing else. Functions, arguments and results make a real round trip through
pickle: what cannot be sent to a process fails here as it does there. A worker that dies breaks
its pool for good, as it does for real.

Workers are named as the start method of their pool names processes, and are what
`multiprocessing.active_children()` returns. A pool that is made in a run has no pipes, no
semaphores, and no process that keeps track of these.

What is not modelled: the workers share the program's modules and globals, and starting one takes
no time. Other ways to start processes are refused, and so are the locks, events and queues that
processes share: they wait in the system, and since Python 3.14, where `forkserver` is the usual
start method, the first one starts a process that keeps track of them.
"""

from __future__ import annotations

import itertools
import multiprocessing.process
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import process as futures_process
from concurrent.futures.process import ProcessPoolExecutor
from typing import Any, NoReturn

from checker.lab.arrivals import Arrivals
from checker.lab.clock import Clock
from checker.lab.current import local
from checker.lab.errors import WrongUse
from checker.lab.locks import Locks
from checker.lab.names import Names
from checker.lab.pools import Died, Pool, Worker
from checker.lab.swap import Swaps, original
from checker.lab.threads import Threads

_FIRST_PID = 1001


class Processes:
    """The process pools of one run."""

    def __init__(self, clock: Clock, locks: Locks, threads: Threads, names: Names) -> None:
        self.clock = clock
        self.locks = locks
        self._threads = threads
        self._names = names
        self._pools: weakref.WeakKeyDictionary[Any, Pool] = weakref.WeakKeyDictionary()
        self._pids = itertools.count(_FIRST_PID)
        self._workers: dict[int, Worker] = {}

    def start(self, pool: Pool) -> None:
        """A pool needs one more worker."""
        pid = next(self._pids)
        worker = Worker(pool, pid, f"{pool.kind}-{pid - _FIRST_PID + 1}")
        pool.workers[worker.pid] = self._workers[worker.pid] = worker

        def run() -> None:
            try:
                pool.work(worker)
            except Died as death:
                assert worker.strand is not None
                worker.strand.doom = None  # What hears of it here may wait.
                pool.break_down(worker)
                worker.strand.doom = death

        name = self._names.numbered("process")
        thread = threading.Thread(target=run, name=name, daemon=True)
        worker.strand = self._threads.begin(name, process=worker.pid)
        self._threads.launch(thread, worker.strand)

    def kill(self, worker: Worker) -> None:
        """Let a worker die: at once if it is the caller, else as soon as it is its turn."""
        if worker.strand is local.strand:
            raise Died
        assert worker.strand is not None
        worker.killed = True
        # One that has not begun hears of it as it begins.
        if worker.began:
            worker.strand.doom = Died()
            self.clock.wake(worker.strand)

    def _pool(self, executor: ProcessPoolExecutor) -> Pool:
        pool = self._pools.get(executor)
        if pool is None:
            pool = self._pools[executor] = Pool(self, executor)
        return pool

    def open_pools(self) -> list[ProcessPoolExecutor]:
        """Pools that were used in this run and not shut down."""
        return [executor for executor, pool in self._pools.items() if not pool.closed]

    def install(self, swaps: Swaps, arrivals: Arrivals) -> None:
        """Replace what a pool does, and refuse other processes."""
        owner = ProcessPoolExecutor
        real_init, real_submit, real_shutdown = owner.__init__, owner.submit, owner.shutdown
        made: weakref.WeakSet[Any] = weakref.WeakSet()

        def init(executor: Any, *args: Any, **kwargs: Any) -> None:
            real_init(executor, *args, **kwargs)
            if local.strand is not None:
                made.add(executor)

        def close_all() -> None:
            # What was made here has no pipes, and takes no jobs when the run is over.
            for executor in made:
                executor._shutdown_thread = True

        def submit(executor: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if local.strand is None:
                return real_submit(executor, fn, *args, **kwargs)
            return self._pool(executor).submit(fn, args, kwargs)

        def shutdown(executor: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
            if local.strand is not None:
                self._pool(executor).shut_down(wait, cancel_futures)
            real_shutdown(executor, wait=wait, cancel_futures=cancel_futures)

        def start(process: Any) -> None:
            _refuse_processes()

        swaps.later(close_all)
        swaps.attribute(owner, "__init__", init)
        swaps.attribute(owner, "submit", submit)
        swaps.attribute(owner, "shutdown", shutdown)
        swaps.attribute(owner, "_processes", _ProcessesOf(self))
        swaps.attribute(multiprocessing.process.BaseProcess, "start", _in_strands(start))
        for name in ("_ThreadWakeup", "_SafeQueue"):
            swaps.attribute(futures_process, name, _unless_modelled(getattr(futures_process, name)))
        contexts = multiprocessing.context.BaseContext
        swaps.attribute(contexts, "SimpleQueue", _unless_modelled(contexts.SimpleQueue))
        # Each lock, event, queue and shared value begins with one of these.
        arrivals.when_imported("multiprocessing.synchronize", lambda: _refuse_semaphores(swaps))
        swaps.function(multiprocessing.process.active_children, self._active_children)
        self._install_system_calls(swaps)

    def _active_children(self, real: Callable[[], list[Any]]) -> list[Any]:
        if local.strand is None:
            return real()
        if local.strand.process:
            return []
        return [worker for worker in self._workers.values() if worker.is_alive()]

    def _install_system_calls(self, swaps: Swaps) -> None:
        real_exit, real_kill, real_pid = os._exit, os.kill, original(os.getpid)

        def exit_process(status: int) -> NoReturn:
            if local.strand is not None and local.strand.process:
                raise Died
            real_exit(status)

        def kill(pid: int, number: int) -> None:
            worker = self._workers.get(pid) if local.strand is not None else None
            if worker is None:
                real_kill(pid, number)
            else:
                worker.kill()

        def getpid() -> int:
            if local.strand is not None and local.strand.process:
                return local.strand.process
            return int(real_pid())

        swaps.attribute(os, "_exit", exit_process)
        swaps.attribute(os, "kill", kill)
        swaps.builtin(os.getpid, getpid)  # type: ignore[arg-type]


class _ProcessesOf:
    """`executor._processes`, which programs use to find a worker's pid."""

    def __init__(self, processes: Processes) -> None:
        self._of = processes

    def __get__(self, executor: Any, owner: Any) -> Any:
        if executor is None:
            return self
        if local.strand is None:
            return executor.__dict__["_processes"]
        return self._of._pool(executor).workers

    def __set__(self, executor: Any, value: Any) -> None:
        executor.__dict__["_processes"] = value


class _Unused:
    """In place of the pipes and semaphores of a pool, which a modelled one does without."""

    def wakeup(self) -> None:
        """Nobody sleeps."""

    close = wakeup

    def __getattr__(self, name: str) -> NoReturn:
        if not name.startswith("__"):
            _refuse_processes()
        raise AttributeError(name)


def _unless_modelled(real: Callable[..., Any]) -> Callable[..., Any]:
    def make(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs) if local.strand is None else _Unused()

    return make


def _in_strands(refuse: Callable[[Any], None]) -> Callable[[Any], None]:
    real = multiprocessing.process.BaseProcess.start

    def start(process: Any) -> None:
        if local.strand is None:
            real(process)
        else:
            refuse(process)

    return start


def _refuse_semaphores(swaps: Swaps) -> None:
    from multiprocessing.synchronize import SemLock

    real = SemLock.__init__

    def init(semaphore: Any, *args: Any, **kwargs: Any) -> None:
        if local.strand is not None:
            raise WrongUse(
                "the locks, events, queues and shared values of multiprocessing wait in the "
                "system, where the lab's clock does not reach them; pass a worker what it needs "
                "as arguments and take its result, or run the program with lab.real.run. Threads "
                "and tasks wait for those of threading and asyncio"
            )
        real(semaphore, *args, **kwargs)

    swaps.attribute(SemLock, "__init__", init)


def _refuse_processes() -> None:
    raise WrongUse(
        "the lab starts no processes but those of a ProcessPoolExecutor, which it models; use "
        "one, or run the program with lab.real.run"
    )
