"""Point 2: an idle loop jumps to the next timer; timers wake by deadline, then by sequence."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from typing import Any

import anyio
import pytest

from checker import lab


def test_an_idle_loop_jumps_to_the_next_timer_and_no_further() -> None:
    async def main() -> list[float]:
        seen = []
        for delay in (3, 0.5, 100):
            await asyncio.sleep(delay)
            seen.append(time.monotonic())
        return seen

    assert lab.run(main).result == [3, 3.5, 103.5]


def test_different_deadlines_wake_in_their_order() -> None:
    delays = [random.Random(1).randrange(10**9) for _ in range(500)]

    async def main() -> list[int]:
        woken: list[int] = []

        async def wait(delay: int) -> None:
            await asyncio.sleep(delay / 10**9)
            woken.append(time.monotonic_ns())

        await asyncio.gather(*map(wait, delays))
        return woken

    assert lab.run(main).result == sorted(delays)


def test_equal_deadlines_wake_in_the_order_in_which_they_were_set() -> None:
    async def main() -> list[int]:
        woken: list[int] = []

        async def wait(number: int) -> None:
            await asyncio.sleep(1)
            woken.append(number)

        await asyncio.gather(*map(wait, range(1000)))
        return woken

    assert lab.run(main).result == list(range(1000))


def test_deadlines_that_were_added_up_differently_are_still_equal() -> None:
    """0.1 + 0.2 is more than 0.3 in floats; in nanoseconds it is the same."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        woken: list[str] = []
        loop.call_later(0.1 + 0.2, woken.append, "first")
        loop.call_later(0.3, woken.append, "second")
        loop.call_at(0.1 + 0.2, woken.append, "third")
        loop.call_at(0.3, woken.append, "fourth")
        await asyncio.sleep(1)
        return woken

    assert lab.run(main).result == ["first", "second", "third", "fourth"]


def test_ties_of_timers_tasks_and_threads_go_by_sequence() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        woken: list[str] = []

        def nap() -> None:
            time.sleep(1)
            woken.append("thread")

        async def wait() -> None:
            await asyncio.sleep(1)
            woken.append("task")

        # A timer takes its place as it is set, a thread and a task as they begin to sleep: when
        # this step has ended, and the thread first, since it could run already.
        thread = threading.Thread(target=nap)
        thread.start()
        task = asyncio.create_task(wait())
        loop.call_later(1, woken.append, "timer")
        await task
        thread.join()
        return woken

    assert lab.run(main).result == ["timer", "thread", "task"]


def test_timers_of_one_moment_are_one_turn_and_no_thread_comes_between() -> None:
    """As for real: a loop that wakes takes every timer that is due."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        woken: list[str] = []

        def nap() -> None:
            time.sleep(1)
            woken.append("thread")

        loop.call_later(1, woken.append, "timer before")
        thread = threading.Thread(target=nap)
        thread.start()
        await asyncio.sleep(0)
        loop.call_later(1, woken.append, "timer after")
        await asyncio.sleep(2)
        thread.join()
        return woken

    assert lab.run(main).result == ["timer before", "timer after", "thread"]


def test_a_timer_before_a_threads_equal_deadline_goes_first() -> None:
    async def main() -> list[str]:
        woken: list[str] = []

        def nap() -> None:
            time.sleep(0.5)
            time.sleep(0.5)
            woken.append("thread")

        thread = threading.Thread(target=nap)
        thread.start()
        asyncio.get_running_loop().call_later(1, woken.append, "timer")
        await asyncio.sleep(2)
        thread.join()
        return woken

    assert lab.run(main).result == ["timer", "thread"]


def test_a_cancelled_timer_leaves_the_others_in_their_order() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        woken: list[int] = []
        timers = [loop.call_later(1, woken.append, number) for number in range(10)]
        for number in (0, 3, 4, 9):
            timers[number].cancel()
        await asyncio.sleep(2)
        return woken

    assert lab.run(main).result == [1, 2, 5, 6, 7, 8]


def test_many_cancelled_timers_are_dropped_and_the_rest_keep_their_order() -> None:
    async def main() -> tuple[list[int], int]:
        loop: Any = asyncio.get_running_loop()
        woken: list[int] = []
        for number in range(5):
            loop.call_later(10, woken.append, number)
        for _ in range(20):
            for timer in [loop.call_later(5, woken.append, -1) for _ in range(100)]:
                timer.cancel()
            await asyncio.sleep(0)
        kept = len(loop._timers)
        for number in range(5, 10):
            loop.call_later(10, woken.append, number)
        await asyncio.sleep(20)
        return woken, kept

    woken, kept = lab.run(main).result
    assert woken == list(range(10))
    assert kept < 300


def test_a_timer_can_be_cancelled_by_one_of_the_same_moment() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        woken: list[str] = []
        second: asyncio.TimerHandle

        def first() -> None:
            woken.append("first")
            second.cancel()

        loop.call_later(1, first)
        second = loop.call_later(1, woken.append, "second")
        await asyncio.sleep(2)
        return woken

    assert lab.run(main).result == ["first"]


def test_a_delay_of_nothing_runs_in_this_moment_behind_what_is_ready() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_later(0, ran.append, "delay 0")
        loop.call_later(-5, ran.append, "delay -5")
        loop.call_soon(ran.append, "soon")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert time.monotonic() == 0
        return ran

    # As asyncio orders them: an earlier deadline first, and both behind what was ready.
    assert lab.run(main).result == ["soon", "delay -5", "delay 0"]


def test_overdue_timers_run_by_deadline_not_by_sequence() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        ran: list[tuple[str, float]] = []

        def note(what: str) -> None:
            ran.append((what, time.monotonic()))

        for delay in (3, 1, 2, 1):
            loop.call_later(delay, note, f"after {delay}")
        time.sleep(5)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ran

    assert lab.run(main).result == [
        ("after 1", 5), ("after 1", 5), ("after 2", 5), ("after 3", 5),
    ]  # fmt: skip


def test_callbacks_run_in_turns_none_that_was_made_ready_in_this_one() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []

        def first() -> None:
            ran.append("first")
            loop.call_soon(ran.append, "made by the first")

        loop.call_soon(first)
        loop.call_soon(ran.append, "second")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ran

    assert lab.run(main).result == ["first", "second", "made by the first"]


@pytest.mark.parametrize("moved", [False, True])
def test_a_deadline_that_is_set_again_takes_its_place_anew(moved: bool) -> None:
    async def main() -> list[str]:
        woken: list[str] = []
        limits: list[asyncio.Timeout] = []

        async def limited() -> None:
            try:
                async with asyncio.timeout(2) as limit:
                    limits.append(limit)
                    await asyncio.sleep(9)
            except TimeoutError:
                woken.append("time-out")

        async def plain() -> None:
            await asyncio.sleep(2)
            woken.append("sleep")

        both = asyncio.gather(limited(), plain())
        await asyncio.sleep(1)
        if moved:
            limits[0].reschedule(2)
        await both
        return woken

    assert lab.run(main).result == (["sleep", "time-out"] if moved else ["time-out", "sleep"])


def test_a_time_out_that_ties_with_what_it_limits_comes_first() -> None:
    """It was set first. That is so for real too, where chance has a say as well."""

    async def main() -> list[str]:
        ended: list[str] = []
        for limited in (asyncio.timeout(1), anyio.fail_after(1)):
            try:
                if isinstance(limited, asyncio.Timeout):
                    async with limited:
                        await asyncio.sleep(1)
                else:
                    with limited:
                        await asyncio.sleep(1)
            except TimeoutError:
                ended.append(f"time-out at {time.monotonic():g}")
        return ended

    assert lab.run(main).result == ["time-out at 1", "time-out at 2"]


def test_anyio_sleeps_are_timers_as_well() -> None:
    async def main() -> list[int]:
        woken: list[int] = []

        async def wait(number: int) -> None:
            await anyio.sleep(1)
            woken.append(number)

        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(wait, number)
        assert anyio.current_time() == 1
        return woken

    assert lab.run(main).result == list(range(50))


@pytest.mark.parametrize("delay", [0.0, 1e-9, 0.1])
def test_the_same_delay_again_and_again_never_overtakes(delay: float) -> None:
    async def main() -> list[int]:
        woken: list[int] = []

        async def tick(number: int) -> None:
            for _ in range(20):
                await asyncio.sleep(delay)
                woken.append(number)

        await asyncio.gather(*map(tick, range(5)))
        return woken

    assert lab.run(main).result == list(range(5)) * 20
