"""What we rely on inside of asyncio."""

from __future__ import annotations

import asyncio
import asyncio.events
import asyncio.tasks
import gc
import selectors
import socket
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from tests.promises.promise import relied_on


def run(loop: Any, coroutine: Any) -> Any:
    """Run a coroutine on a loop, and close the loop."""
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


async def nothing() -> None:
    """The shortest program."""


@relied_on(
    "asyncio",
    "BaseEventLoop._run_once, BaseEventLoop._ready, BaseEventLoop._stopping, Handle._run, "
    "Handle._cancelled",
    "lab/loop.py, lab/ending.py, lab/real.py, lab/where.py, lab/stuck.py",
)
def a_loop_is_turns_over_a_queue_of_handles() -> None:
    """`run_forever` calls the loop's `_run_once` again and again, until `_stopping` is set. A turn
    takes handles from the left of the deque `_ready` and calls `_run` of each that is not
    `_cancelled`. Nothing else runs anything."""
    seen: list[str] = []

    class Loop(asyncio.SelectorEventLoop):
        def _run_once(self) -> None:
            this: Any = self
            assert type(this._ready) is deque
            for _ in range(len(this._ready)):
                handle = this._ready.popleft()
                if not handle._cancelled:
                    seen.append(type(handle).__name__)
                    handle._run()
            if this._stopping:
                seen.append("stopping")

    run(Loop(), nothing())
    assert seen[0] == "Handle"
    assert seen[-1] == "stopping"


@relied_on("asyncio", "BaseEventLoop.call_soon, Task.__step", "lab/loop.py, lab/traced.py")
def a_task_steps_through_the_loops_own_call_soon() -> None:
    """Tasks and futures, also those that are written in C, hand their steps and callbacks to the
    `call_soon` of their loop, which may be a subclass's."""
    count = 0

    class Loop(asyncio.SelectorEventLoop):
        def call_soon(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            nonlocal count
            count += 1
            return super().call_soon(*args, **kwargs)

    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        before = count
        future.add_done_callback(lambda _: None)
        future.set_result(None)
        assert count == before + 1
        await asyncio.create_task(nothing())
        assert count >= before + 3

    run(Loop(), main())


@relied_on("asyncio", "TaskStepMethWrapper, Task.task_wakeup", "lab/traced.py")
def the_callback_of_a_tasks_step_knows_its_task() -> None:
    """The callback of a task's step has the task as its `__self__`. It has no `__name__` at the
    first step and after a bare `yield`, and `task_wakeup` after a wait."""
    names: list[Any] = []

    class Handle(asyncio.Handle):
        def _run(self) -> None:
            callback: Any = self._callback  # type: ignore[attr-defined]
            if isinstance(getattr(callback, "__self__", None), asyncio.Task):
                names.append(getattr(callback, "__name__", None))
            super()._run()

    class Loop(asyncio.SelectorEventLoop):
        def call_soon(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            callback, *rest = args
            handle = Handle(callback, tuple(rest), self, kwargs.get("context"))
            self._ready.append(handle)  # type: ignore[attr-defined]
            return handle

    async def main() -> None:
        await asyncio.sleep(0)
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, None)
        await future

    run(Loop(), main())
    assert names == [None, None, "task_wakeup"]


@relied_on(
    "asyncio",
    "Handle._callback, Handle._args, Handle._loop, TimerHandle._when, TimerHandle._scheduled, "
    "BaseEventLoop._timer_handle_cancelled",
    "lab/loop.py, lab/traced.py, lab/leaks.py, lab/explain.py",
)
def a_timer_is_a_handle_with_a_deadline() -> None:
    """`Handle(callback, args, loop, context)` and `TimerHandle(when, callback, args, loop,
    context)` keep what they were given. A timer whose `_scheduled` is set reports its cancellation
    to its loop, by `_timer_handle_cancelled`. Classes of our own may derive from both."""
    reported: list[Any] = []

    class Loop(asyncio.SelectorEventLoop):
        def _timer_handle_cancelled(self, handle: Any) -> None:
            reported.append(handle)

    class Timer(asyncio.TimerHandle):
        __slots__ = ()

    loop: Any = Loop()
    timer: Any = Timer(1.5, print, (1,), loop, None)
    assert (timer._when, timer._callback, timer._args, timer._loop) == (1.5, print, (1,), loop)
    assert (timer._cancelled, timer._scheduled) == (False, False)
    timer._scheduled = True
    timer.cancel()
    assert reported == [timer]
    assert timer._cancelled
    loop.close()


@relied_on("asyncio", "TimerHandle.__class__", "lab/real.py")
def a_timer_can_become_one_of_ours() -> None:
    """The class of a timer that `call_at` has made can be set to a subclass of `TimerHandle`
    without attributes of its own."""

    class Timer(asyncio.TimerHandle):
        __slots__ = ()

    loop = asyncio.SelectorEventLoop()
    timer = loop.call_at(loop.time() + 60, print)
    timer.__class__ = Timer
    timer.cancel()
    loop.close()


@relied_on("asyncio", "BaseEventLoop._call_soon", "lab/real.py")
def call_soon_makes_its_handle_in_one_place() -> None:
    """`call_soon` of a real loop calls its `_call_soon(callback, args, context)`, which makes the
    handle and puts it into `_ready`."""
    called: list[Any] = []

    class Loop(asyncio.SelectorEventLoop):
        def _call_soon(self, callback: Any, args: Any, context: Any) -> Any:
            called.append(callback)
            handle = asyncio.Handle(callback, args, self, context)
            self._ready.append(handle)  # type: ignore[attr-defined]
            return handle

    async def main() -> None:
        asyncio.get_running_loop().call_soon(bool)
        await asyncio.sleep(0)

    run(Loop(), main())
    assert bool in called


@relied_on(
    "asyncio",
    "BaseEventLoop._selector, BaseEventLoop._process_events, BaseEventLoop._make_self_pipe, "
    "BaseEventLoop._close_self_pipe, BaseEventLoop._write_to_self",
    "lab/loop.py",
)
def a_loop_waits_for_files_through_its_selector() -> None:
    """A selector that is passed to the loop is its `_selector`; what `select` returns is handed to
    `_process_events`. The pipe by which a thread wakes the loop is made and closed by methods that
    may do nothing, and written to by `_write_to_self`."""
    calls: list[str] = []

    class Loop(asyncio.SelectorEventLoop):
        def _make_self_pipe(self) -> None:
            calls.append("make")

        def _close_self_pipe(self) -> None:
            calls.append("close")

        def _write_to_self(self) -> None:
            calls.append("write")

    chosen = selectors.DefaultSelector()
    loop: Any = Loop(chosen)
    assert loop._selector is chosen
    loop.call_soon_threadsafe(bool)
    ours, theirs = socket.socketpair()

    async def main() -> bytes:
        readable = asyncio.get_running_loop().create_future()
        loop.add_reader(ours, lambda: None if readable.done() else readable.set_result(None))
        theirs.send(b"x")
        loop._process_events(chosen.select(60))
        await readable
        loop.remove_reader(ours)
        return ours.recv(1)

    with ours, theirs:
        assert run(loop, main()) == b"x"
    assert calls == ["make", "write", "close"]


@relied_on("asyncio", "BaseEventLoop.time", "lab/loop.py, lab/clock.py")
def every_deadline_is_reckoned_with_the_loops_own_time() -> None:
    """`sleep`, `timeout` and `wait_for` reckon with the `time` of the loop, and set their timers by
    its `call_later` and `call_at`."""
    asked: list[float] = []

    class Loop(asyncio.SelectorEventLoop):
        moment = 1000.0

        def time(self) -> float:
            return self.moment

        def call_at(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            asked.append(args[0])
            self.moment = max(self.moment, args[0])
            return super().call_at(*args, **kwargs)

    async def main() -> None:
        await asyncio.sleep(5)
        with suppress(TimeoutError):
            async with asyncio.timeout(7):
                await asyncio.Event().wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 11)

    run(Loop(), main())
    assert asked == [1005.0, 1012.0, 1023.0]


@relied_on("asyncio", "BaseEventLoop._asyncgens", "lab/loop.py, lab/leaks.py")
def a_loop_keeps_its_async_generators_in_a_set_that_can_be_another() -> None:
    """The loop puts each async generator that is begun into `_asyncgens` by `add`, takes it out by
    `discard`, and asks for `len`, for all of them and for `clear` at its end. What it holds may be
    replaced by something that can do so."""
    used: list[str] = []

    class Generators(list[Any]):
        def add(self, thing: Any) -> None:
            used.append("add")
            self.append(thing)

        def discard(self, thing: Any) -> None:
            used.append("discard")
            with suppress(ValueError):
                self.remove(thing)

    async def numbers() -> AsyncIterator[int]:
        yield 1

    async def main() -> None:
        left = numbers()
        await anext(left)
        await asyncio.get_running_loop().shutdown_asyncgens()
        used.append("shut down")

    loop: Any = asyncio.SelectorEventLoop()
    loop._asyncgens = Generators()
    run(loop, main())
    assert used[0] == "add"
    assert "shut down" in used
    assert not loop._asyncgens


@relied_on(
    "asyncio",
    "BaseEventLoop._thread_id, BaseEventLoop._closed, BaseEventLoop._check_closed",
    "lab/outer_loop.py, lab/loop.py, lab/tasks.py",
)
def a_loop_runs_while_it_has_the_identifier_of_a_thread() -> None:
    """A loop whose `_thread_id` is None does not run, whatever it was in. `_closed` says whether it
    is closed, and `_check_closed` raises if it is."""

    async def main() -> None:
        loop: Any = asyncio.get_running_loop()
        assert loop._thread_id == threading.get_ident()
        assert loop.is_running()
        loop._thread_id = None
        assert not loop.is_running()
        loop._thread_id = threading.get_ident()

    loop: Any = asyncio.SelectorEventLoop()
    assert not loop._closed
    loop._check_closed()
    run(loop, main())
    assert loop._closed
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        loop._check_closed()


@relied_on(
    "asyncio",
    "asyncio._get_running_loop, asyncio._set_running_loop, asyncio.tasks._swap_current_task",
    "lab/outer_loop.py, lab/real.py, engine/seeds.py",
)
def a_thread_can_forget_the_loop_and_the_task_that_it_runs() -> None:
    """With `_set_running_loop(None)` another loop can run in a step of a task. From 3.14 on, where
    a thread has one current task for all loops, `_swap_current_task(loop, None)` has to go before,
    and returns the task."""

    async def main() -> None:
        outer, task = asyncio._get_running_loop(), asyncio.current_task()
        tasks: Any = asyncio.tasks
        if sys.version_info >= (3, 14):
            assert tasks._swap_current_task(outer, None) is task
        asyncio._set_running_loop(None)
        try:
            run(asyncio.SelectorEventLoop(), asyncio.sleep(0))
        finally:
            asyncio._set_running_loop(outer)
            if sys.version_info >= (3, 14):
                assert tasks._swap_current_task(outer, task) is None
        assert asyncio.current_task() is task
        await asyncio.sleep(0)

    run(asyncio.SelectorEventLoop(), main())


@relied_on(
    "asyncio",
    "Task._fut_waiter, Task._exception, Task._log_destroy_pending, Future._log_traceback",
    "lab/where.py, lab/traced.py, lab/faults.py, lab/ending.py, lab/leaks.py",
)
def a_task_shows_what_it_waits_for_and_what_it_would_say() -> None:
    """`_fut_waiter` is the future that a task waits for, or None; `_exception` is the error that
    ended it. If `_log_destroy_pending` and `_log_traceback` are set to False, asyncio logs nothing
    about the task."""
    logged: list[Any] = []

    async def broken() -> None:
        raise ValueError

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: logged.append(context))
        future = loop.create_future()

        async def wait() -> None:
            await future

        waits: Any = asyncio.create_task(wait())
        fails: Any = asyncio.create_task(broken())
        await asyncio.sleep(0)
        assert waits._fut_waiter is future
        assert type(fails._exception) is ValueError
        assert fails._fut_waiter is None
        assert fails._log_traceback is True
        fails._log_traceback = False
        waits._log_destroy_pending = False
        future.cancel()
        with suppress(asyncio.CancelledError):
            await waits

    run(asyncio.SelectorEventLoop(), main())
    gc.collect()
    assert logged == []


@relied_on("asyncio", "Task.__new__, Task.__init__, Future.__hash__", "lab/tasks.py")
def a_task_can_be_one_of_ours() -> None:
    """`asyncio.Task` and `asyncio.Future` can be derived from, with slots and a hash. A task may be
    made by `__new__` first and begun by `__init__(coro, loop=, name=, context=)` later, from 3.12
    on with `eager_start=` too; sets of tasks use our hash."""

    class Task(asyncio.Task[Any]):
        __slots__ = ("number",)
        number: int

        def __hash__(self) -> int:
            return self.number

    async def main() -> None:
        loop = asyncio.get_running_loop()
        tasks = []
        for number in (3, 1, 2):
            task: Any = Task.__new__(Task)
            task.number = number
            more = {"eager_start": False} if sys.version_info >= (3, 12) else {}
            task.__init__(nothing(), loop=loop, name=f"n{number}", context=None, **more)
            tasks.append(task)
        assert set(tasks) <= asyncio.all_tasks()
        assert [hash(task) for task in tasks] == [3, 1, 2]
        await asyncio.gather(*tasks)

    run(asyncio.SelectorEventLoop(), main())


@relied_on("asyncio", "asyncio.eager_task_factory", "lab/tasks.py")
def the_eager_factory_is_one_function() -> None:
    """From 3.12 on `asyncio.eager_task_factory` is the factory of eager tasks, and what it does is
    to pass `eager_start=True` to `Task`."""
    if sys.version_info < (3, 12):
        assert not hasattr(asyncio, "eager_task_factory")
        return

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        assert loop.get_task_factory() is asyncio.eager_task_factory
        assert asyncio.create_task(nothing()).done()
        assert asyncio.Task(nothing(), loop=loop, eager_start=True).done()

    run(asyncio.SelectorEventLoop(), main())


@relied_on(
    "asyncio",
    "asyncio.tasks._GatheringFuture, asyncio.tasks.set",
    "lab/order.py, lab/where.py",
)
def what_gather_returns_and_what_as_completed_walks_can_be_ordered() -> None:
    """`gather` returns a `_GatheringFuture`, whose `__init__` and `__hash__` can be set.
    `as_completed` calls `set`, as a global name of `asyncio.tasks`, to collect what it was
    given."""
    collected: list[Any] = []

    def ordered(things: Any = ()) -> Any:
        found = list(things)
        collected.extend(found)
        return dict.fromkeys(found) or set()

    async def main() -> None:
        kind = asyncio.tasks._GatheringFuture  # type: ignore[attr-defined]
        gathered = asyncio.gather(nothing())
        assert type(gathered) is kind
        assert "__init__" in kind.__dict__
        await gathered
        given = [asyncio.ensure_future(nothing()) for _ in range(3)]
        vars(asyncio.tasks)["set"] = ordered
        try:
            for each in asyncio.as_completed(given):
                await each
        finally:
            del vars(asyncio.tasks)["set"]
        assert [task for task in collected if task in given] == given

    run(asyncio.SelectorEventLoop(), main())


@relied_on("asyncio", "asyncio.new_event_loop", "lab/refusals.py, lab/swap.py")
def every_loop_of_a_program_comes_from_one_function_without_parameters() -> None:
    """`asyncio.run` and `asyncio.Runner` take their loop from `asyncio.new_event_loop`, which is a
    function in Python without parameters or a closure, so that its code can be replaced."""
    function: Any = asyncio.new_event_loop
    code, asked = function.__code__, []
    assert (code.co_argcount, code.co_freevars) == (0, ())

    def replaced(*, _do: Any) -> Any:
        return _do()

    def refuse() -> Any:
        asked.append(1)
        raise ZeroDivisionError

    function.__kwdefaults__, function.__code__ = {"_do": refuse}, replaced.__code__
    try:
        coroutine = nothing()
        with pytest.raises(ZeroDivisionError):
            asyncio.run(coroutine)
        coroutine.close()
    finally:
        function.__code__, function.__kwdefaults__ = code, None
    assert asked == [1]


@relied_on("asyncio", "BaseEventLoop.shutdown_asyncgens", "lab/stuck.py")
def the_loops_own_coroutines_have_its_name() -> None:
    """The coroutines by which a loop shuts down are called `BaseEventLoop.…`. A report of a
    deadlock leaves them out."""
    loop = asyncio.SelectorEventLoop()
    own: list[Any] = [loop.shutdown_asyncgens(), loop.shutdown_default_executor()]
    for coroutine in own:
        assert coroutine.__qualname__.startswith("BaseEventLoop.")
        coroutine.close()
    loop.close()


@relied_on("asyncio", "asyncio.taskgroups.TaskGroup.__aexit__", "lab/loop.py")
def a_group_waits_for_its_children_in_a_file_of_its_own() -> None:
    """A task that waits at the end of an `asyncio.TaskGroup` is suspended in code of
    `asyncio/taskgroups.py`."""
    found: list[str] = []

    async def look(task: Any) -> None:
        inner = task.get_coro()
        while getattr(inner, "cr_await", None) is not None and hasattr(inner.cr_await, "cr_code"):
            inner = inner.cr_await
        found.append(inner.cr_code.co_filename)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(look(asyncio.current_task()))

    run(asyncio.SelectorEventLoop(), main())
    assert found == [asyncio.taskgroups.__file__]


@relied_on("asyncio", "BaseEventLoop.call_exception_handler", "lab/leaks.py")
def a_loop_reports_what_went_wrong_to_its_handler() -> None:
    """The context of an exception handler has `task`, `future` or `handle`, and `exception`. The
    message about a task that is collected before it ended has the words "destroyed but it is
    pending"."""
    reported: list[dict[str, Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context))
        loop.call_soon(lambda: 1 / 0)
        lost = loop.create_task(asyncio.sleep(0, loop.create_future()))
        await asyncio.sleep(0)
        await lost

        async def wait() -> None:
            await loop.create_future()

        forgotten = loop.create_task(wait())
        await asyncio.sleep(0)
        del forgotten
        gc.collect()
        failed = loop.create_future()
        failed.set_exception(ValueError())
        del failed
        gc.collect()

    run(asyncio.SelectorEventLoop(), main())
    handle, pending, future = reported
    assert type(handle["exception"]) is ZeroDivisionError
    assert "handle" in handle
    assert "destroyed but it is pending" in pending["message"]
    assert "task" in pending
    assert type(future["exception"]) is ValueError
    assert "future" in future


@relied_on("asyncio", "asyncio.runners, asyncio.mixins, asyncio.base_events", "lab/hints.py")
def errors_about_loops_are_worded_as_the_notes_on_them_expect() -> None:
    """Errors about a loop that runs, that is closed, that is another one, or that is missing, have
    the words by which the lab knows them and adds a note."""

    async def main() -> None:
        coroutine = nothing()
        with pytest.raises(RuntimeError, match="cannot be called from a running event loop"):
            asyncio.run(coroutine)
        with pytest.raises(RuntimeError, match="This event loop is already running"):
            asyncio.get_running_loop().run_until_complete(coroutine)
        other = asyncio.SelectorEventLoop()
        with pytest.raises(RuntimeError, match="while another loop is running"):
            other.run_until_complete(coroutine)
        with pytest.raises(RuntimeError, match="attached to a different loop"):
            await other.create_future()
        lock = asyncio.Lock()
        await lock.acquire()
        lock._loop = other  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="is bound to a different event loop"):
            await lock.acquire()
        other.close()
        with pytest.raises(RuntimeError, match="Event loop is closed"):
            other.call_soon(bool)
        coroutine.close()

    run(asyncio.SelectorEventLoop(), main())
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
    stopping = asyncio.SelectorEventLoop()
    stopping.call_soon(stopping.stop)
    with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
        run(stopping, asyncio.sleep(60))


@relied_on("asyncio", "_asyncio", "engine/seal.py")
def what_asyncio_has_in_c_is_in_a_module_of_that_name() -> None:
    """Tasks and futures are types of the module `_asyncio`, which is written in C. The seal looks
    there for what an attempt has replaced."""
    assert asyncio.Task.__module__ == asyncio.Future.__module__ == "_asyncio"
