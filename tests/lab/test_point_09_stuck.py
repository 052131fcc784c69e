"""Point 9: nothing that could wake anyone is a Deadlock; steps without end are a Livelock."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import anyio
import pytest

from checker import lab
from checker.trace import End
from tests.lab.places import place


def deadlock_of(main: Callable[[], Any], **options: Any) -> str:
    """What the Deadlock says; everything else fails."""
    with pytest.raises(lab.Deadlock) as raised:
        lab.run(main, **options)
    return str(raised.value)


# Deadlocks.


def test_it_names_every_waiting_task_what_it_awaits_and_its_line() -> None:
    never, lock, items = asyncio.Event(), asyncio.Lock(), asyncio.Queue[int]()

    async def wait_for_event() -> None:
        await never.wait()

    async def wait_for_lock() -> None:
        async with lock:
            pass

    async def wait_for_item() -> None:
        await items.get()

    async def main() -> None:
        await lock.acquire()
        async with asyncio.TaskGroup() as group:
            group.create_task(wait_for_event(), name="one")
            group.create_task(wait_for_lock())
            group.create_task(wait_for_item())

    text = deadlock_of(main)
    assert "at 0 s" in text
    assert f"one waits for Event.wait at {place(wait_for_event, 'never.wait')}" in text
    assert f"wait_for_lock-1 waits for Lock.acquire at {place(wait_for_lock, 'async with')}" in text
    assert f"wait_for_item-1 waits for Queue.get at {place(wait_for_item, 'items.get')}" in text
    assert "main waits for" in text
    order = [text.index(name) for name in ("main", "one", "wait_for_lock-1", "wait_for_item-1")]
    assert order == sorted(order), "in the order in which they began"


def test_it_comes_at_once_and_not_before_the_last_timer() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(1000, lambda: None)
        await asyncio.get_running_loop().create_future()

    assert "at 1000 s" in deadlock_of(main)


def test_threads_that_wait_are_named_with_their_line() -> None:
    def wait(items: queue.Queue[int]) -> None:
        items.get()

    async def main() -> None:
        items: queue.Queue[int] = queue.Queue()
        thread = threading.Thread(target=wait, args=[items], name="consumer")
        thread.start()
        await asyncio.to_thread(thread.join)

    text = deadlock_of(main)
    assert f"consumer waits for Queue.get at {place(wait, 'items.get')}" in text
    assert "thread-1 waits for Thread.join" in text


def test_a_loop_that_is_held_is_named_with_its_line_and_the_way_out() -> None:
    async def main() -> None:
        Future[int]().result()

    text = deadlock_of(main)
    assert (
        f"main holds the loop itself, and waits for Future.result at {place(main, 'result()')}"
        in text
    )
    assert "asyncio.wrap_future" in text


def test_a_thread_that_asks_a_held_loop_is_a_deadlock() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def answer() -> int:
            return 1

        def ask() -> None:
            asyncio.run_coroutine_threadsafe(answer(), loop).result()

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    text = deadlock_of(main)
    assert "main holds the loop itself, and waits for Thread.join" in text
    assert "ask-1 waits for Future.result" in text


def test_two_locks_in_two_orders_are_a_deadlock() -> None:
    async def main() -> None:
        first, second = threading.Lock(), threading.Lock()

        def take(one: threading.Lock, other: threading.Lock) -> None:
            with one:
                time.sleep(1)
                with other:
                    pass

        await asyncio.gather(
            asyncio.to_thread(take, first, second), asyncio.to_thread(take, second, first)
        )

    text = deadlock_of(main)
    assert "at 1 s" in text
    assert "thread-1 waits for Lock.acquire" in text
    assert "which thread-2 holds" in text
    assert "same order" in text


def test_a_task_that_waits_for_itself_and_others_in_a_circle() -> None:
    async def main() -> None:
        tasks: list[asyncio.Task[Any]] = []

        async def wait_for(number: int) -> None:
            await asyncio.sleep(1)
            await tasks[number]

        tasks += [
            asyncio.create_task(wait_for(1), name="a"),
            asyncio.create_task(wait_for(0), name="b"),
        ]
        await asyncio.gather(*tasks)

    text = deadlock_of(main)
    assert "a waits for task b" in text
    assert "b waits for task a" in text


def test_many_who_wait_are_counted_and_not_all_shown() -> None:
    async def main() -> None:
        never = asyncio.Event()
        await asyncio.gather(*(never.wait() for _ in range(100)))

    text = deadlock_of(main)
    assert "and 81 more tasks" in text
    assert text.count("Event.wait-") == 19


def test_what_is_left_may_clean_up_and_the_error_has_the_run() -> None:
    ended: list[str] = []

    async def main() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    run = lab.run(main, catch=True)
    assert ended == ["cleaned up"]
    assert isinstance(run.error, lab.Deadlock)
    assert run.error.run is run
    (end,) = [event for event in run.trace if isinstance(event, End)]
    assert end.outcome == "stuck"
    with pytest.raises(lab.Deadlock):
        print(run.result)


def test_a_program_that_swallows_everything_is_still_ended() -> None:
    async def main() -> None:
        lock = threading.Lock()
        lock.acquire()
        while True:
            with suppress(BaseException):
                lock.acquire()

    assert "waits for Lock.acquire" in deadlock_of(main)


def test_an_idle_pool_is_no_reason_to_wait_and_not_named() -> None:
    async def main() -> None:
        await asyncio.to_thread(int)
        await asyncio.Event().wait()

    assert "thread-1" not in deadlock_of(main)


def test_a_time_out_far_away_is_no_deadlock() -> None:
    async def main() -> float:
        try:
            async with asyncio.timeout(10**6):
                await asyncio.Event().wait()
        except TimeoutError:
            pass
        return time.monotonic()

    assert lab.run(main).result == 10**6


def test_a_thread_that_will_set_it_is_no_deadlock() -> None:
    async def main() -> float:
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def later() -> None:
            time.sleep(10**6)
            loop.call_soon_threadsafe(event.set)

        thread = threading.Thread(target=later)
        thread.start()
        await event.wait()
        thread.join()
        return time.monotonic()

    assert lab.run(main).result == 10**6


# Livelocks.


def livelock_of(main: Callable[[], Any], **options: Any) -> str:
    with pytest.raises(lab.Livelock) as raised:
        lab.run(main, **options)
    return str(raised.value)


def test_steps_without_end_are_a_livelock() -> None:
    async def poll() -> None:
        while True:
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.sleep(3)
        await asyncio.create_task(poll(), name="poller")

    text = livelock_of(main, turns=500)
    assert "500 times at 3 s" in text
    assert "poller kept running" in text


def test_callbacks_without_end_are_a_livelock() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        def again() -> None:
            loop.call_soon(again)

        again()
        await asyncio.Event().wait()

    assert "again kept running" in livelock_of(main, turns=500)


def test_as_many_turns_as_are_allowed_are_none() -> None:
    async def main(turns: int) -> float:
        for _ in range(turns):
            await asyncio.sleep(0)
        await asyncio.sleep(1)
        for _ in range(turns):
            await asyncio.sleep(0)
        return time.monotonic()

    assert lab.run(main, 400, turns=500).result == 1


def test_a_clock_that_moves_is_no_livelock() -> None:
    async def main() -> None:
        for _ in range(5000):
            await asyncio.sleep(1e-9)

    assert lab.run(main, turns=500).elapsed_ns == 5000


def _one_thread() -> list[Callable[[], None]]:
    def poll() -> None:
        while True:
            time.sleep(0)

    return [poll]


def _two_threads() -> list[Callable[[], None]]:
    there, back = threading.Semaphore(0), threading.Semaphore(1)

    def ping() -> None:
        while True:
            back.acquire()
            there.release()

    def pong() -> None:
        while True:
            there.acquire()
            back.release()

    return [ping, pong]


@pytest.mark.parametrize("threads", [_one_thread, _two_threads])
def test_threads_that_take_turns_without_end_are_a_livelock(
    threads: Callable[[], list[Callable[[], None]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.lab.clock.PASSES_LIMIT", 2000)
    bodies = threads()

    async def main() -> None:
        await asyncio.sleep(2)
        await asyncio.gather(*(asyncio.to_thread(body) for body in bodies))

    text = livelock_of(main)
    assert "at 2 s" in text
    assert "thread-1" in text


def test_a_loop_that_sleeps_for_no_time_for_ever_is_a_livelock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("checker.lab.clock.PASSES_LIMIT", 2000)

    async def main() -> None:
        while True:
            time.sleep(0)

    livelock_of(main)


# The exception: anyio delivers a cancellation again and again.


def test_while_a_child_cleans_up_the_clock_goes_on_and_the_spin_is_reported() -> None:
    ended: list[tuple[str, float]] = []

    async def child() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            with anyio.CancelScope(shield=True):
                await asyncio.sleep(2)
                ended.append(("child", time.monotonic()))

    async def main() -> None:
        with anyio.move_on_after(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
        ended.append(("main", time.monotonic()))

    run = lab.run(main)
    assert ended == [("child", 3), ("main", 3)]
    assert [(report.kind, report.t) for report in run.reports] == [("spin", 10**9)]
    assert "anyio cancels it again on every turn" in run.reports[0].text


def test_a_child_that_swallows_cancellations_in_its_cleanup_is_reported_too() -> None:
    async def child() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            await asyncio.sleep(2)

    async def main() -> float:
        with anyio.move_on_after(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
        return time.monotonic()

    run = lab.run(main)
    assert run.result == 3
    assert [report.kind for report in run.reports] == ["spin"]


def test_a_group_of_anyio_that_cleans_up_in_a_shield_goes_on_as_well() -> None:
    async def child() -> None:
        try:
            await anyio.sleep(99)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(2)

    async def main() -> float:
        with anyio.move_on_after(1):
            async with anyio.create_task_group() as group:
                group.start_soon(child)
        return time.monotonic()

    assert lab.run(main).result == 3


def test_a_spin_that_waits_for_nothing_is_still_a_deadlock_or_livelock() -> None:
    async def child() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            with anyio.CancelScope(shield=True):
                await asyncio.Event().wait()

    async def main() -> None:
        with anyio.move_on_after(1):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())

    run = lab.run(main, catch=True, turns=500)
    assert isinstance(run.error, lab.Deadlock | lab.Livelock)
