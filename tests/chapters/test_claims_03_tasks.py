"""What chapter 03 says of tasks and shows in no cell of its own is so."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from checker import lab


def now() -> float:
    return asyncio.get_running_loop().time()


async def nap(seconds: float, noted: list[float]) -> None:
    await asyncio.sleep(seconds)
    noted.append(seconds)


async def fails(seconds: float = 0) -> None:
    await asyncio.sleep(seconds)
    raise LookupError


def test_a_task_hands_its_result_to_everybody_early_or_late() -> None:
    async def asks(task: asyncio.Task[str]) -> str:
        return await task

    async def main() -> list[str]:
        task = asyncio.create_task(asyncio.sleep(1, "tea"))
        early = await asyncio.gather(asks(task), asks(task))
        await asyncio.sleep(1)
        return [*early, await task, task.result()]

    assert lab.run(main).result == ["tea"] * 4


async def in_a_group(*jobs: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)


async def cancelled_in_a_finally(*jobs: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


@pytest.mark.parametrize("together", [in_a_group, cancelled_in_a_finally])
def test_siblings_that_a_group_or_a_finally_ends_do_no_more(together: Callable[..., Any]) -> None:
    done: list[float] = []

    async def main() -> None:
        with pytest.raises((LookupError, ExceptionGroup)):
            await together(fails(1), nap(3, done), nap(3, done))
        assert now() == 1
        await asyncio.sleep(5)

    lab.run(main)
    assert done == []


def test_wait_cancels_nobody_raises_nothing_and_looks_at_no_result() -> None:
    done: list[float] = []

    async def main() -> list[int]:
        tasks = [asyncio.create_task(fails(1)), asyncio.create_task(nap(3, done))]
        ended = [len(each) for each in await asyncio.wait(tasks, timeout=2)]
        await asyncio.sleep(5)
        return ended

    run = lab.run(main)
    assert run.result == [1, 1]
    assert done == [3]
    assert ["nobody looked" in leak.what for leak in run.leaks] == [True]


async def hedged(first: Any, second: Any) -> Any:
    tasks = [asyncio.create_task(first.get())]
    done, _ = await asyncio.wait(tasks, timeout=0.05)
    if not done:
        tasks.append(asyncio.create_task(second.get()))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    return done.pop().result()


def test_a_replica_that_fails_at_once_wins_with_its_error() -> None:
    second = lab.upstream(latency=0.02)
    run = lab.run(hedged, lab.upstream(latency=0.01, fail=True), second, catch=True)
    assert (type(run.error).__name__, run.elapsed, second.calls) == ("UpstreamError", 0.01, 0)


def test_nobody_ends_the_two_calls_of_a_caller_that_is_cancelled() -> None:
    replicas = [lab.upstream(latency=1), lab.upstream(latency=1)]

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await hedged(*replicas)
        await asyncio.sleep(5)

    lab.run(main)
    assert [replica.completed for replica in replicas] == [1, 1]


def test_a_task_that_nobody_keeps_lives_as_long_as_something_holds_its_future() -> None:
    """So it works in a quick try: a sleep is held by its timer."""
    done: list[float] = []

    async def main() -> None:
        asyncio.create_task(nap(2, done))  # noqa: RUF006 (that is what the test is about)
        await asyncio.sleep(1)
        gc.collect()
        await asyncio.sleep(5)

    assert lab.run(main).leaks == []
    assert done == [2]


def test_asyncio_keeps_no_task_alive_and_logs_the_loss(caplog: pytest.LogCaptureFixture) -> None:
    async def job() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> weakref.ref[asyncio.Task[None]]:
        task = weakref.ref(asyncio.create_task(job()))
        await asyncio.sleep(0)
        gc.collect()
        return task

    assert asyncio.run(main())() is None
    told = [record for record in caplog.records if record.name == "asyncio"]
    assert [record.levelno for record in told] == [logging.ERROR]
    assert told[0].message.startswith("Task was destroyed but it is pending!")


def test_what_is_under_way_when_a_program_ends_is_cancelled() -> None:
    ends: list[str] = []

    async def mail() -> None:
        try:
            await asyncio.sleep(60)
            ends.append("sent")
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    async def main() -> None:
        held.add(asyncio.create_task(mail()))
        await asyncio.sleep(0)

    held: set[asyncio.Task[None]] = set()
    asyncio.run(main())
    assert ends == ["cancelled"]


async def filled_at_1_s(beside: Callable[[], Awaitable[None]] | None = None) -> float:
    """When whoever waits for a future goes on that a thread has filled at 1 s."""
    reply = asyncio.get_running_loop().create_future()

    def device() -> None:
        time.sleep(1)
        reply.set_result(42)

    threading.Thread(target=device).start()
    if beside is None:
        await reply
        return now()
    ticker = asyncio.ensure_future(beside())
    await reply
    ticker.cancel()
    return now()


async def ticks() -> None:
    while True:
        await asyncio.sleep(0.3)


def test_a_future_filled_from_a_thread_is_seen_late_by_a_busy_loop_and_never_by_an_idle_one() -> (
    None
):
    assert lab.run(filled_at_1_s, ticks).result == pytest.approx(1.2)
    assert isinstance(lab.run(filled_at_1_s, catch=True).error, lab.Deadlock)


class Loop(asyncio.SelectorEventLoop):
    """It counts how often it is woken up from `select`."""

    woken = 0

    def _write_to_self(self):
        self.woken += 1
        super()._write_to_self()


def future() -> tuple[Awaitable[Any], Callable[[], object]]:
    made = asyncio.get_running_loop().create_future()
    return made, lambda: made.set_result(1)


def event() -> tuple[Awaitable[Any], Callable[[], object]]:
    made = asyncio.Event()
    return made.wait(), made.set


def queue() -> tuple[Awaitable[Any], Callable[[], object]]:
    made: asyncio.Queue[int] = asyncio.Queue()
    return made.get(), lambda: made.put_nowait(1)


@pytest.mark.parametrize("make", [future, event, queue])
@pytest.mark.parametrize("way", ["plain", "debug", "safe"])
def test_a_thread_that_touches_the_loop_wakes_nobody_and_debug_mode_says_so(
    make: Callable[[], tuple[Awaitable[Any], Callable[[], object]]], way: str
) -> None:
    """The wait is begun by hand, as a real task that debug mode has stopped so could never end."""
    errors: list[str] = []

    async def wait_for(what: Awaitable[Any]) -> None:
        await what

    async def main() -> int:
        loop: Any = asyncio.get_running_loop()
        what, fill = make()
        waiting = wait_for(what)
        waiting.send(None).add_done_callback(errors.count)
        before: int = loop.woken

        def touch() -> None:
            try:
                loop.call_soon_threadsafe(fill) if way == "safe" else fill()
            except RuntimeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=touch)
        thread.start()
        thread.join()
        waiting.close()
        return int(loop.woken) - before

    with asyncio.Runner(loop_factory=Loop, debug=way == "debug") as runner:
        assert runner.run(main()) == (way == "safe")
    assert ["Non-thread-safe" in error for error in errors] == [True] * (way == "debug")


@pytest.mark.parametrize("ended", ["done", "cancelled"])
def test_an_answer_for_a_future_that_is_done_raises_in_the_loop(ended: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        reply = loop.create_future()
        if ended == "done":
            reply.set_result(1)
        else:
            reply.cancel()
        loop.call_soon_threadsafe(reply.set_result, 2)
        await asyncio.sleep(1)

    assert ["InvalidStateError" in leak.what for leak in lab.run(main).leaks] == [True]


def test_a_time_out_of_a_wait_for_the_own_loop_is_an_error_after_silence() -> None:
    shop = lab.upstream(latency=1)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            asyncio.run_coroutine_threadsafe(shop.get("tea"), loop).result(3)
        assert shop.calls == 0

    run = lab.run(main)
    assert [blocking.seconds for blocking in run.blocked] == [3]


def test_who_is_cancelled_takes_along_all_who_await_the_same_task_from_within() -> None:
    ends: list[str] = []

    async def load() -> None:
        try:
            await asyncio.sleep(9)
        finally:
            ends.append("load")

    async def get(name: str, shared: asyncio.Task[None] | None) -> None:
        try:
            await (shared or asyncio.sleep(9))
        finally:
            ends.append(name)

    async def main() -> list[bool]:
        shared = asyncio.create_task(load())
        callers = [asyncio.create_task(get(name, shared)) for name in "abc"]
        innocent = asyncio.create_task(get("innocent", None))
        await asyncio.sleep(1)
        callers[1].cancel()
        await asyncio.wait(callers, timeout=1)
        assert not innocent.done()
        innocent.cancel()
        return [caller.cancelled() for caller in callers]

    assert lab.run(main).result == [True, True, True]
    assert ends[0] == "load"


def test_a_loop_can_be_told_to_begin_a_task_where_it_is_made_since_python_3_12() -> None:
    began: list[str] = []

    async def job() -> None:
        began.append("began")

    async def main() -> list[str]:
        eager: Any = getattr(asyncio, "eager_task_factory", None)
        asyncio.get_running_loop().set_task_factory(eager)
        task = asyncio.create_task(job())
        before = list(began)
        await task
        return before

    assert asyncio.run(main()) == ["began"] * (sys.version_info >= (3, 12))
