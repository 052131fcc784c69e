"""A run in a thread whose event loop is running: in a notebook's cell, and in an async test.

The caller's loop and task are what they were afterwards, however the run ended.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from checker import lab
from tests.lab.installed import snapshot


async def sleeps() -> str:
    await asyncio.sleep(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1))
        group.create_task(asyncio.to_thread(threading.Event().wait, 2))
    return "slept"


async def fails() -> None:
    await asyncio.sleep(1)
    raise ValueError("mine")


async def is_stuck() -> None:
    await asyncio.Event().wait()


async def is_interrupted() -> None:
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(1)


async def exits() -> None:
    await asyncio.create_task(exits_in_a_task())


async def exits_in_a_task() -> None:
    raise SystemExit(3)


ENDS: list[tuple[Callable[[], Any], type[BaseException] | None]] = [
    (sleeps, None),
    (fails, ValueError),
    (is_stuck, lab.Deadlock),
    (is_interrupted, lab.Interrupted),
    (exits, SystemExit),
]


def run_and_compare(main: Callable[[], Any], error: type[BaseException] | None) -> None:
    """Run it, and hold against each other what stands around it before and after."""
    before, task = snapshot(), current_task()
    if error is None:
        run = lab.run(main)
        assert (run.result, run.elapsed, run.leaks) == ("slept", 3.0, [])
    else:
        with pytest.raises(error):
            lab.run(main)
    assert snapshot() == before
    assert current_task() is task


def current_task() -> asyncio.Task[Any] | None:
    loop = asyncio._get_running_loop()
    return None if loop is None else asyncio.current_task(loop)


def with_ends(ends: list[tuple[Callable[[], Any], type[BaseException] | None]]) -> Any:
    return pytest.mark.parametrize(("main", "error"), ends, ids=[main.__name__ for main, _ in ends])


# A signal is handled on the main thread alone.
IN_A_THREAD = [end for end in ENDS if end[1] is not lab.Interrupted]


@with_ends(ENDS)
def test_a_run_in_a_task(main: Callable[[], Any], error: type[BaseException] | None) -> None:
    async def cell() -> str:
        run_and_compare(main, error)
        await asyncio.sleep(0)
        run_and_compare(sleeps, None)
        return "done"

    async def notebook() -> list[str]:
        return list(await asyncio.gather(cell(), asyncio.create_task(cell(), name="second")))

    assert asyncio.run(notebook()) == ["done", "done"]


@with_ends(ENDS)
def test_a_run_in_a_callback(main: Callable[[], Any], error: type[BaseException] | None) -> None:
    """The loop runs, and no task does."""

    async def notebook() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def callback() -> None:
            try:
                assert current_task() is None
                run_and_compare(main, error)
                done.set_result(None)
            except BaseException as raised:
                done.set_exception(raised)

        loop.call_soon(callback)
        await done

    asyncio.run(notebook())


@with_ends(IN_A_THREAD)
def test_a_run_in_a_thread_with_a_loop(
    main: Callable[[], Any], error: type[BaseException] | None
) -> None:
    """Its own, while the main thread's loop waits for it."""

    async def cell() -> None:
        run_and_compare(main, error)

    async def notebook() -> None:
        task = asyncio.current_task()
        await asyncio.to_thread(asyncio.run, cell())
        assert asyncio.current_task() is task

    asyncio.run(notebook())


@with_ends(IN_A_THREAD)
def test_a_run_in_a_thread_without_a_loop(
    main: Callable[[], Any], error: type[BaseException] | None
) -> None:
    async def notebook() -> None:
        task = asyncio.current_task()
        await asyncio.to_thread(run_and_compare, main, error)
        assert asyncio.current_task() is task

    asyncio.run(notebook())


def test_a_run_in_a_task_that_is_written_in_python() -> None:
    async def cell() -> None:
        run_and_compare(sleeps, None)

    async def notebook() -> None:
        task = asyncio.tasks._PyTask(cell(), loop=asyncio.get_running_loop())  # type: ignore[attr-defined]
        await task

    asyncio.run(notebook())


def test_a_run_in_an_eager_task_and_of_eager_tasks() -> None:
    if sys.version_info < (3, 12):
        pytest.skip("Python 3.11 has no eager tasks")

    async def eager() -> Any:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        return await asyncio.gather(sleeps())

    async def cell() -> None:
        assert list(lab.run(eager).result) == ["slept"]
        await asyncio.sleep(0)
        assert list(lab.run(eager).result) == ["slept"]

    async def notebook() -> None:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        outer = asyncio.current_task()
        inner = asyncio.create_task(cell())
        assert asyncio.current_task() is outer
        await inner

    asyncio.run(notebook())


def test_a_program_does_not_see_the_task_around_it() -> None:
    async def main() -> str:
        task = asyncio.current_task()
        assert task is not None
        assert asyncio.all_tasks() == {task}
        return task.get_name()

    async def cell() -> str:
        return str(lab.run(main).result)

    assert asyncio.run(cell()) == "main"


def test_a_run_in_a_loop_has_the_trace_of_one_outside() -> None:
    def dump() -> str:
        return lab.run(sleeps).trace.dump()

    async def cell() -> str:
        return dump()

    assert asyncio.run(cell()) == dump()


def test_an_async_generator_around_a_run_stays_its_loops_own() -> None:
    async def numbers() -> Any:
        for number in range(3):
            lab.run(sleeps)
            yield number

    async def cell() -> list[int]:
        return [number async for number in numbers()]

    assert asyncio.run(cell()) == [0, 1, 2]


@pytest.mark.parametrize("fails", [False, True])
def test_a_program_that_changes_the_running_loop(fails: bool) -> None:
    """Since 3.14 its task cannot leave the thread by itself then."""

    async def main() -> None:
        asyncio._set_running_loop(None)
        if fails:
            raise ValueError("mine")

    async def cell() -> None:
        before, task = snapshot(), current_task()
        lab.run(main, catch=True)
        assert snapshot() == before
        assert current_task() is task
        await asyncio.sleep(0)
        run_and_compare(sleeps, None)

    lab.run(main, catch=True)
    asyncio.run(cell())
