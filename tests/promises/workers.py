"""What we rely on inside of threading, concurrent.futures and multiprocessing."""

from __future__ import annotations

import _thread
import asyncio
import concurrent.futures
import concurrent.futures.process
import itertools
import multiprocessing
import multiprocessing.context
import multiprocessing.process
import queue
import sys
import threading
from _queue import SimpleQueue
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.promises.promise import relied_on


@relied_on(
    "threading",
    "_thread.LockType, _thread.RLock, _queue.SimpleQueue, RLock._is_owned, RLock._release_save, "
    "RLock._acquire_restore, _thread.allocate_lock, _thread.start_new_thread, "
    "_thread.interrupt_main",
    "lab/locks.py, lab/originals.py, lab/refusals.py, lab/stop.py, lab/real.py",
)
def threads_wait_in_three_types_with_these_methods() -> None:
    """A lock, a re-entrant lock and a `SimpleQueue` are types in C, with these methods in the
    dictionary of the type. `Lock`, `RLock` and `queue.SimpleQueue` make just these."""
    assert type(threading.Lock()) is type(_thread.allocate_lock()) is _thread.LockType
    assert type(threading.RLock()) is _thread.RLock
    assert queue.SimpleQueue is SimpleQueue
    lock = {"acquire", "release", "__enter__", "__exit__"}
    saved = {"_is_owned", "_release_save", "_acquire_restore"}
    assert lock | {"acquire_lock", "release_lock"} <= set(_thread.LockType.__dict__)
    assert lock | saved <= set(_thread.RLock.__dict__)
    assert {"get", "get_nowait", "put", "put_nowait"} <= set(SimpleQueue.__dict__)
    assert callable(_thread.start_new_thread)
    assert callable(_thread.interrupt_main)


@relied_on(
    "threading",
    "Condition._lock, Condition._release_save, Condition._acquire_restore, Condition._is_owned",
    "lab/locks.py",
)
def everything_else_waits_in_one_of_these() -> None:
    """Conditions, and with them events, semaphores, barriers, queues and the futures of executors,
    wait in a lock of `threading.Lock`. A condition keeps its lock as `_lock`, and as its own
    attributes the methods that it takes from it: these may be replaced by descriptors."""
    for owns in (threading.RLock(), threading.Lock()):
        condition: Any = threading.Condition(owns)
        assert condition._lock is owns
        for name in ("acquire", "release"):
            assert getattr(condition, name).__self__ is owns
    condition = threading.Condition()
    for name in ("_release_save", "_acquire_restore", "_is_owned"):
        assert condition.__dict__[name].__self__ is condition._lock
    waits: list[Any] = [
        threading.Event()._cond,  # type: ignore[attr-defined]
        threading.Semaphore()._cond,  # type: ignore[attr-defined]
        threading.Barrier(1)._cond,  # type: ignore[attr-defined]
        queue.Queue().not_empty,
        concurrent.futures.Future()._condition,
    ]
    assert all(type(each) is threading.Condition for each in waits)
    assert "_waiters" in threading.Condition().__dict__


@relied_on("threading", "Condition.wait, Semaphore.acquire", "lab/locks.py")
def a_condition_is_waited_for_by_its_wait() -> None:
    """`Event.wait`, `Semaphore.acquire`, `Queue.get` and `Future.result` call `Condition.wait`,
    which is looked up at the type."""
    callers: list[str] = []
    real, here = threading.Condition.wait, threading.get_ident()

    def wait(condition: Any, timeout: float | None = None) -> bool:
        if threading.get_ident() != here:
            return real(condition, timeout)  # A thread of whoever runs the tests.
        callers.append(sys._getframe(1).f_code.co_qualname)
        return real(condition, 0)

    threading.Condition.wait = wait  # type: ignore[assignment,method-assign]
    try:
        threading.Event().wait(0.01)
        taken = threading.Semaphore(0)
        taken.acquire(timeout=0.01)
        with suppress(TimeoutError):
            concurrent.futures.Future[None]().result(0.01)
    finally:
        threading.Condition.wait = real  # type: ignore[method-assign]
    assert callers[0] == "Event.wait"
    assert "Semaphore.acquire" in callers
    assert callers[-1] == "Future.result"


@relied_on(
    "threading",
    "Thread._started, Thread._target, Thread._bootstrap, Thread._bootstrap_inner, Thread.run, "
    "threading._counter, threading.excepthook",
    "lab/threads.py, lab/names.py, lab/stuck.py",
)
def a_thread_begins_in_these_functions() -> None:
    """`Thread.start` starts `_bootstrap`, this calls `_bootstrap_inner`, and this the `run` of the
    thread, which may be an attribute of its own. `_started` is set from then on; `_target` is what
    it was given. Names are numbered by `threading._counter`; what `run` raises goes to
    `threading.excepthook`, as it is set then."""
    stack: list[str] = []
    raised: list[Any] = []
    before = threading._counter, threading.excepthook  # type: ignore[attr-defined]
    threading._counter = itertools.count(7).__next__  # type: ignore[attr-defined]
    threading.excepthook = raised.append

    def run() -> None:
        frame: Any = sys._getframe(1)
        while frame is not None:
            stack.append(frame.f_code.co_qualname)
            frame = frame.f_back
        raise ZeroDivisionError

    try:
        thread: Any = threading.Thread(target=print)
        assert thread.name == "Thread-7 (print)"
        assert thread._target is print
        assert not thread._started.is_set()
        thread.run = run
        thread.start()
        assert thread._started.is_set()
        thread.join()
    finally:
        threading._counter, threading.excepthook = before  # type: ignore[attr-defined]
    assert stack == ["Thread._bootstrap_inner", "Thread._bootstrap"]
    assert [args.exc_type for args in raised] == [ZeroDivisionError]


@relied_on(
    "concurrent.futures",
    "ThreadPoolExecutor._threads, ThreadPoolExecutor._idle_semaphore, "
    "ThreadPoolExecutor._work_queue, ThreadPoolExecutor._shutdown, ThreadPoolExecutor._counter, "
    "thread._worker, "
    "thread._WorkItem.run, thread.WorkerContext.run",
    "lab/threads.py, lab/stuck.py, lab/names.py",
)
def a_pool_of_threads_is_a_queue_of_jobs_and_a_count_of_idle_threads() -> None:
    """A pool keeps its threads in the set `_threads`, counts the idle ones in `_idle_semaphore`,
    and puts jobs with a `future` into the `SimpleQueue` `_work_queue`, which `_worker` takes them
    from. A job is called by `_WorkItem.run`, from 3.14 on through `WorkerContext.run`, and by
    nothing else below it. Pools are numbered by `_counter` of the class."""
    before = ThreadPoolExecutor._counter  # type: ignore[attr-defined]
    ThreadPoolExecutor._counter = itertools.count(7).__next__  # type: ignore[attr-defined]
    stack: list[str] = []
    done = threading.Event()

    def job() -> None:
        frame: Any = sys._getframe(1)
        while frame is not None:
            stack.append(frame.f_code.co_qualname)
            frame = frame.f_back
        done.wait()

    try:
        with ThreadPoolExecutor(1) as made:
            pool: Any = made
            first = pool.submit(job)
            second = pool.submit(bool)
            assert [thread.name for thread in pool._threads] == ["ThreadPoolExecutor-7_0"]
            assert type(pool._work_queue) is SimpleQueue
            assert not pool._shutdown
            taken = pool._work_queue.get_nowait()
            assert taken.future is second
            pool._work_queue.put(taken)
            done.set()
            assert (first.result(), second.result()) == (None, False)
            (thread,) = pool._threads
            assert thread._target.__module__ == "concurrent.futures.thread"
            assert pool._idle_semaphore.acquire(timeout=60)
            pool._idle_semaphore.release()
    finally:
        ThreadPoolExecutor._counter = before  # type: ignore[attr-defined]
    assert pool._shutdown
    begins = ["_WorkItem.run", "_worker", "Thread.run"]
    begins += ["Thread._bootstrap_inner", "Thread._bootstrap"]
    assert stack == (["WorkerContext.run"] if sys.version_info >= (3, 14) else []) + begins


def _number_or(usual: Callable[[Any], int]) -> Callable[[Any], int]:
    def number(thing: Any) -> int:
        found: int | None = getattr(thing, "_number", None)
        return usual(thing) if found is None else found

    return number


@relied_on(
    "concurrent.futures", "Future.__init__, Future.__hash__, Thread.__hash__", "lab/order.py"
)
def futures_and_threads_can_be_numbered() -> None:
    """Futures of executors and threads are written in Python and take further attributes; both
    `__init__` and `__hash__` of their types can be set, and a set uses that hash."""
    for kind in (concurrent.futures.Future, threading.Thread):
        owner: Any = kind
        usual: Any = owner.__hash__
        inherited = "__hash__" not in owner.__dict__
        assert "__init__" in owner.__dict__
        owner.__hash__ = _number_or(usual)
        try:
            things: list[Any] = [owner.__new__(owner) for _ in range(3)]
            for number, thing in enumerate(things):
                thing._number = number
                thing.__init__()
            assert list({*reversed(things)}) == things
        finally:
            if inherited:
                del owner.__hash__
            else:
                owner.__hash__ = usual


@relied_on("asyncio", "BaseEventLoop._do_shutdown, asyncio.to_thread", "lab/stuck.py, lab/names.py")
def asyncio_runs_jobs_in_a_pool_of_its_own() -> None:
    """`to_thread` and `run_in_executor` use a `ThreadPoolExecutor` whose threads are called
    `asyncio_…`. The thread that shuts it down has the target `_do_shutdown`."""
    targets: list[str] = []
    start, here = threading.Thread.start, threading.get_ident()

    def noted(thread: Any) -> None:
        if threading.get_ident() == here:
            targets.append(getattr(thread._target, "__name__", ""))
        start(thread)

    async def main() -> str:
        return await asyncio.to_thread(lambda: threading.current_thread().name)

    threading.Thread.start = noted  # type: ignore[assignment,method-assign]
    try:
        name = asyncio.run(main())
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
    assert name.startswith("asyncio_")
    assert targets == ["_worker", "_do_shutdown"]


@relied_on(
    "concurrent.futures",
    "ProcessPoolExecutor._max_workers, ProcessPoolExecutor._initializer, "
    "ProcessPoolExecutor._initargs, ProcessPoolExecutor._max_tasks_per_child, "
    "ProcessPoolExecutor._mp_context, ProcessPoolExecutor._processes, "
    "ProcessPoolExecutor._shutdown_thread, process._ThreadWakeup, process._SafeQueue, "
    "process._ExceptionWithTraceback, BaseContext.SimpleQueue",
    "lab/pools.py, lab/processes.py",
)
def a_pool_of_processes_keeps_what_it_was_given_and_starts_nothing_yet() -> None:
    """A `ProcessPoolExecutor` keeps its size, initializer, limit of jobs and context under these
    names, and its processes as `_processes`. It makes its queues of `_ThreadWakeup`, `_SafeQueue`
    and the context's `SimpleQueue`, looked up as it is made, and starts neither process nor thread
    before the first job. One with `_shutdown_thread` set takes no jobs."""
    module: Any = concurrent.futures.process
    made: list[str] = []

    class Unused:
        def __getattr__(self, name: str) -> Callable[..., None]:
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda *args: None

    def stand_in(name: str) -> Callable[..., Unused]:
        def make(*args: Any, **kwargs: Any) -> Unused:
            made.append(name)
            return Unused()

        return make

    replaced: list[tuple[Any, str]] = [
        (module, "_ThreadWakeup"),
        (module, "_SafeQueue"),
        (multiprocessing.context.BaseContext, "SimpleQueue"),
    ]
    before = [(owner, name, owner.__dict__[name]) for owner, name in replaced]
    for owner, name in replaced:
        setattr(owner, name, stand_in(name))
    try:
        context = multiprocessing.get_context("spawn")
        pool: Any = ProcessPoolExecutor(3, context, print, (1,), max_tasks_per_child=5)
    finally:
        for owner, name, real in before:
            setattr(owner, name, real)
    assert sorted(made) == ["SimpleQueue", "_SafeQueue", "_ThreadWakeup"]
    assert (pool._max_workers, pool._initializer, pool._initargs) == (3, print, (1,))
    assert pool._max_tasks_per_child == 5
    assert pool._mp_context.Process.__name__ == "SpawnProcess"
    assert not pool._processes
    assert not multiprocessing.active_children()
    pool._shutdown_thread = True
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(bool)


@relied_on("concurrent.futures", "process._ExceptionWithTraceback", "lab/pools.py")
def an_error_comes_back_from_a_process_with_its_traceback() -> None:
    """`_ExceptionWithTraceback(error, traceback)` can be pickled, and comes back as the error, with
    the text of its traceback as its cause."""
    import pickle

    wrap: Any = concurrent.futures.process._ExceptionWithTraceback
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        back = pickle.loads(pickle.dumps(wrap(error, error.__traceback__)))
    assert type(back) is ZeroDivisionError
    assert "an_error_comes_back" in str(back.__cause__)


@relied_on(
    "multiprocessing",
    "multiprocessing.process.BaseProcess.start, multiprocessing.active_children",
    "lab/processes.py, lab/swap.py",
)
def every_process_begins_in_one_method() -> None:
    """All kinds of processes are started by `BaseProcess.start`. `active_children` is a function in
    Python without parameters or a closure, so that its code can be replaced."""
    base = multiprocessing.process.BaseProcess
    for method in multiprocessing.get_all_start_methods():
        context: Any = multiprocessing.get_context(method)
        kind = context.Process
        assert issubclass(kind, base)
        assert kind.start is base.start
    function: Any = multiprocessing.process.active_children
    assert multiprocessing.active_children.__code__ is function.__code__
    assert (function.__code__.co_argcount, function.__code__.co_freevars) == (0, ())


@relied_on(
    "threading",
    "Lock.acquire, Semaphore.acquire, Condition.wait, Condition.wait_for, Event.wait, "
    "Barrier.wait, Queue.get, Queue.put, Queue.join, Future.result",
    "lab/stuck.py, lab/where.py",
)
def waits_have_the_same_names_in_threading_and_in_asyncio() -> None:
    """What a task or a thread waits in has these qualified names, in `asyncio`, in `threading`, in
    `queue` and in `concurrent.futures`. A report of a deadlock explains a wait by its name, and a
    timeline shows a wait for a lock or a slot as a queue."""
    both = {
        "Lock": ["acquire"],
        "Semaphore": ["acquire"],
        "Condition": ["wait", "wait_for"],
        "Event": ["wait"],
        "Barrier": ["wait"],
    }
    queues = {"Queue": ["get", "put", "join"]}
    places: list[tuple[Any, dict[str, list[str]]]] = [
        (asyncio, both | queues),
        # A lock of threads is written in C: its waits are named by the lab.
        (threading, {owner: names for owner, names in both.items() if owner != "Lock"}),
        (queue, queues),
        (concurrent.futures, {"Future": ["result"]}),
    ]
    for module, expected in places:
        for owner, names in expected.items():
            for name in names:
                function = getattr(getattr(module, owner), name)
                assert function.__code__.co_qualname == f"{owner}.{name}", module.__name__
