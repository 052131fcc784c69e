"""Point 10: at its end a run lists what the program left behind, each with its line."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from checker import lab
from checker.lab.leaks import Leak
from checker.lab.tasks import REMEMBERED
from tests.lab.places import place

kept: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Any:
    """What a test keeps, so that it is no garbage, goes after the test."""
    yield
    kept.clear()


async def fetch() -> int:
    await asyncio.sleep(5)
    return 7


async def fail() -> None:
    raise ValueError("out of stock")


async def numbers() -> AsyncIterator[int]:
    yield 1
    yield 2


def leaks_of(main: Callable[[], Any]) -> list[Leak]:
    return lab.run(main).leaks


def test_a_program_that_tidies_up_leaves_nothing() -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fetch())
        async for _ in numbers():
            pass
        with ThreadPoolExecutor() as pool:
            await asyncio.get_running_loop().run_in_executor(pool, int)
        await asyncio.to_thread(int)
        async with httpx.AsyncClient():
            pass
        await asyncio.gather(fail(), return_exceptions=True)

    assert leaks_of(main) == []


def test_a_task_that_is_still_pending() -> None:
    async def main() -> None:
        kept.append(asyncio.create_task(fetch(), name="refresh"))
        await asyncio.sleep(1)

    assert leaks_of(main) == [
        Leak("task", "refresh was still pending, waiting for asyncio.sleep", place(fetch, "sleep"))
    ]


def test_pending_tasks_are_cancelled_and_may_clean_up_in_virtual_time() -> None:
    ended: list[tuple[str, float]] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            await asyncio.sleep(3)
            ended.append(("cleaned up", time.monotonic()))

    async def main() -> None:
        kept.append(asyncio.create_task(slow()))
        await asyncio.sleep(1)

    run = lab.run(main)
    assert run.elapsed == 1, "the program had ended before"
    assert ended == [("cleaned up", 4)]
    assert [leak.kind for leak in run.leaks] == ["task"]


def test_several_pending_tasks_in_the_order_in_which_they_began() -> None:
    async def main() -> None:
        kept.extend(asyncio.create_task(fetch(), name=f"task {n}") for n in range(20))
        await asyncio.sleep(1)

    assert [leak.what.partition(" was")[0] for leak in leaks_of(main)] == [
        f"task {n}" for n in range(20)
    ]


def test_a_task_that_nobody_kept_was_garbage_before_it_ended() -> None:
    async def main() -> None:
        async def wait() -> None:
            await asyncio.get_running_loop().create_future()

        asyncio.create_task(wait())  # noqa: RUF006  # This is the mistake.
        await asyncio.sleep(1)
        gc.collect()

    (leak,) = leaks_of(main)
    assert leak.kind == "task"
    assert "wait-1" in leak.what


@pytest.mark.parametrize("keep", [False, True])
def test_a_coroutine_that_nobody_awaited_is_named_where_it_was_called(keep: bool) -> None:
    async def main() -> None:
        coroutine = fetch()
        if keep:
            kept.append(coroutine)

    assert leaks_of(main) == [
        Leak("coroutine", "fetch() was called and never awaited", place(main, "= fetch()"))
    ]


def test_after_a_thousand_tasks_an_unawaited_coroutine_is_named_by_its_definition() -> None:
    async def fetch() -> None: ...

    async def main() -> None:
        await asyncio.gather(*[asyncio.sleep(1) for _ in range(REMEMBERED)])
        fetch()  # type: ignore[unused-coroutine]

    assert lab.run(main).leaks == [
        Leak("coroutine", "fetch() was called and never awaited", place(fetch, "async def"))
    ]
    assert sys.get_coroutine_origin_tracking_depth() == 0, "as before the run"


def test_a_coroutine_that_was_called_in_a_thread_is_named_where_it_is_defined() -> None:
    async def main() -> None:
        kept.append(await asyncio.to_thread(fetch))

    assert leaks_of(main) == [
        Leak("coroutine", "fetch() was called and never awaited", place(fetch, "async def"))
    ]


@pytest.mark.parametrize("keep", [False, True])
def test_an_exception_that_nobody_looked_at(keep: bool) -> None:
    async def main() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(1)
        if keep:
            kept.append(task)

    assert leaks_of(main) == [
        Leak("exception", "fail-1 raised ValueError: out of stock, and nobody looked",
             place(fail, "raise"))
    ]  # fmt: skip


def test_an_exception_that_somebody_looked_at_later_is_none() -> None:
    async def main() -> str:
        task = asyncio.create_task(fail())
        kept.append(task)
        await asyncio.sleep(1)
        return str(task.exception())

    run = lab.run(main)
    assert run.result == "out of stock"
    assert run.leaks == []


def test_an_exception_in_a_callback() -> None:
    def callback() -> None:
        raise ValueError("in a callback")

    async def main() -> None:
        asyncio.get_running_loop().call_later(1, callback)
        await asyncio.sleep(2)

    assert leaks_of(main) == [
        Leak("exception", "callback raised ValueError: in a callback", place(callback, "raise"))
    ]


def test_an_exception_in_a_thread_is_listed_and_not_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work() -> None:
        time.sleep(1)
        raise ValueError("in a thread")

    async def main() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.sleep(2)
        thread.join()

    assert leaks_of(main) == [
        Leak("exception", "work-1 raised ValueError: in a thread, and nobody looked",
             place(work, "raise"))
    ]  # fmt: skip
    assert capsys.readouterr() == ("", "")


def test_a_hook_for_threads_that_the_program_sets_hears_of_it() -> None:
    heard: list[str] = []

    def work() -> None:
        raise ValueError("in a thread")

    async def main() -> None:
        threading.excepthook = lambda args: heard.append(str(args.exc_value))
        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.to_thread(thread.join)

    before = threading.excepthook
    assert leaks_of(main) == []
    assert heard == ["in a thread"]
    assert threading.excepthook is before


def test_an_async_generator_that_was_left_in_the_middle() -> None:
    async def main() -> None:
        generator = numbers()
        kept.append(generator)
        await anext(generator)

    assert leaks_of(main) == [
        Leak("generator", "numbers() was left before its end and not closed",
             place(numbers, "yield 1"))
    ]  # fmt: skip


def test_generators_are_closed_at_the_end_in_the_order_in_which_they_began() -> None:
    ended: list[int] = []

    async def count(number: int) -> AsyncIterator[int]:
        try:
            yield number
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    async def main() -> None:
        for number in range(20):
            generator = count(number)
            kept.append(generator)
            await anext(generator)

    assert [leak.kind for leak in leaks_of(main)] == ["generator"] * 20
    assert ended == list(range(20))


def test_a_pool_that_was_not_shut_down() -> None:
    async def main() -> None:
        pool = ThreadPoolExecutor()
        kept.append(pool)
        await asyncio.get_running_loop().run_in_executor(pool, int)

    assert leaks_of(main) == [Leak("pool", "a ThreadPoolExecutor was not shut down", "")]


def test_a_thread_that_had_not_ended() -> None:
    def work() -> None:
        time.sleep(100)

    async def main() -> None:
        threading.Thread(target=work, name="poller").start()
        threading.Thread(target=time.sleep, args=[100], name="sleeper").start()
        await asyncio.sleep(1)

    assert leaks_of(main) == [
        Leak("thread", "poller had not ended", place(work, "sleep")),
        Leak("thread", "sleeper had not ended", ""),
    ]


def test_threads_that_are_left_in_locks_are_ended_without_a_word(
    capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    ended: list[str] = []

    async def main() -> None:
        condition = threading.Condition()
        event = threading.Event()

        def wait(name: str) -> None:
            with condition:
                try:
                    condition.wait()
                finally:
                    ended.append(name)

        def hold() -> None:
            with condition:
                event.wait()

        for n in range(20):
            threading.Thread(target=wait, args=[f"waiter {n}"]).start()
        threading.Thread(target=hold).start()
        await asyncio.sleep(1)

    assert [leak.kind for leak in leaks_of(main)] == ["thread"] * 21
    assert ended == [f"waiter {n}" for n in range(20)]
    assert capsys.readouterr() == ("", "")
    assert recwarn.list == []


@pytest.mark.parametrize("kind", [httpx.AsyncClient, httpx.Client])
def test_a_client_that_was_not_closed(kind: Any) -> None:
    async def main() -> None:
        kept.append(kind())

    assert leaks_of(main) == [Leak("client", f"httpx.{kind.__name__} was not closed", "")]


def test_what_asks_to_be_watched_is_asked_at_the_end() -> None:
    class Service:
        def __init__(self, left: str | None) -> None:
            self.left = left

        def left_open(self) -> str | None:
            return self.left

    async def main() -> None:
        from checker.lab import current

        machine = current.machine()
        assert machine is not None
        for service in (Service("1 connection to users"), Service(None)):
            machine.leaks.watch(service)
            machine.leaks.watch(service)

    assert leaks_of(main) == [Leak("service", "1 connection to users", "")]


def test_objects_from_before_the_run_are_none_of_its_leaks() -> None:
    coroutine, client = fetch(), httpx.Client()
    try:
        assert leaks_of(lambda: asyncio.sleep(0)) == []
    finally:
        coroutine.close()
        client.close()


def test_leaks_of_a_program_that_failed_are_listed_too() -> None:
    async def main() -> None:
        kept.append(asyncio.create_task(fetch(), name="left"))
        await asyncio.sleep(1)
        raise KeyError

    run = lab.run(main, catch=True)
    assert isinstance(run.error, KeyError)
    assert [leak.what.partition(" ")[0] for leak in run.leaks] == ["left"]


def test_they_read_well() -> None:
    assert str(Leak("task", "t-1 was still pending", "app.py:7")) == (
        "task: t-1 was still pending (app.py:7)"
    )
    assert str(Leak("client", "httpx.Client was not closed", "")) == (
        "client: httpx.Client was not closed"
    )


def test_the_collector_rests_during_the_run_and_is_as_before_after_it() -> None:
    class Cycle:
        def __init__(self) -> None:
            self.myself = self

    async def main() -> bool:
        ref = weakref.ref(Cycle())
        for _ in range(5000):
            kept.append([])
        return ref() is not None and not gc.isenabled()

    assert lab.run(main).result
    assert gc.isenabled()
    gc.disable()
    try:
        lab.run(main)
        assert not gc.isenabled()
    finally:
        gc.enable()


class NotHashable(type):
    """Classes that say when they are equal, and have no hash for that reason."""

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("this is the program's own code, and nobody asked for it")

    __hash__ = None  # type: ignore[assignment]


class Odd(metaclass=NotHashable):
    """One of them."""


def test_to_look_for_leaks_runs_no_code_of_the_program() -> None:
    async def main() -> None:
        odd: Any = Odd()
        odd.myself = odd
        kept.append(odd)

    assert lab.run(main).leaks == []
