"""Point 3: code that holds the loop moves the clock while nothing else on the loop runs."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep as sleep_of_old
from typing import Any

import pytest

from checker import lab
from checker.trace import Blocked, Lane, Ran
from tests.lab.places import place


def pause(seconds: float, how: Callable[[float], None] = time.sleep) -> None:
    how(seconds)


def test_a_sleep_on_the_loop_holds_up_every_task() -> None:
    async def main() -> list[float]:
        seen: list[float] = []

        async def tick() -> None:
            await asyncio.sleep(1)
            seen.append(time.monotonic())

        task = asyncio.create_task(tick())
        await asyncio.sleep(0)
        time.sleep(4)
        await task
        return seen

    run = lab.run(main)
    assert run.result == [4]
    assert run.elapsed == 4


def test_it_is_reported_with_line_length_moment_and_task() -> None:
    async def handler() -> None:
        await asyncio.sleep(1)
        time.sleep(2.5)

    async def main() -> None:
        await asyncio.create_task(handler(), name="checkout")

    (blocked,) = lab.run(main).blocked
    assert blocked.at == 1
    assert blocked.seconds == 2.5
    assert blocked.what == "time.sleep(2.5)"
    assert blocked.where == place(handler, "time.sleep(2.5)")
    assert blocked.task == "checkout"


def test_the_line_is_the_programs_own_even_through_a_default_argument() -> None:
    async def main() -> None:
        pause(1)
        sleep_of_old(2)

    blocked = lab.run(main).blocked
    assert [each.where for each in blocked] == [place(pause, "how(seconds)"), place(main, "(2)")]
    assert [(each.at, each.seconds) for each in blocked] == [(0, 1), (1, 2)]


def test_a_callback_that_blocks_is_reported_without_a_task() -> None:
    def callback() -> None:
        time.sleep(1)

    async def main() -> None:
        asyncio.get_running_loop().call_later(2, callback)
        await asyncio.sleep(5)

    run = lab.run(main)
    (blocked,) = run.blocked
    assert (blocked.at, blocked.seconds, blocked.task) == (2, 1, "")
    assert blocked.where == place(callback, "time.sleep")
    assert [event.lane for event in run.trace if isinstance(event, Blocked)] == [0]


def test_a_sleep_of_nothing_blocks_nobody() -> None:
    async def main() -> None:
        time.sleep(0)

    assert lab.run(main).blocked == []


def test_threads_go_on_while_the_loop_is_blocked() -> None:
    async def main() -> list[float]:
        seen: list[float] = []

        def work() -> None:
            for _ in range(3):
                time.sleep(1)
                seen.append(time.monotonic())

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(2.5)
        seen.append(-time.monotonic())
        thread.join()
        return seen

    assert lab.run(main).result == [1, 2, -2.5, 3]


def test_what_threads_hand_to_a_blocked_loop_waits_for_it() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[str, float]] = []

        def note(what: str) -> None:
            seen.append((what, time.monotonic()))

        def work() -> None:
            time.sleep(1)
            note("handed over")
            loop.call_soon_threadsafe(note, "heard")

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(3)
        note("unblocked")
        await asyncio.sleep(0)
        thread.join()
        return seen

    assert lab.run(main).result == [("handed over", 1), ("unblocked", 3), ("heard", 3)]


def _lock(thread: Callable[..., Any]) -> None:
    lock = threading.Lock()
    taken = threading.Event()

    def hold() -> None:
        with lock:
            taken.set()
            time.sleep(2)

    thread(hold)
    taken.wait()
    lock.acquire()


def _later(act: Callable[[], object]) -> Callable[[], None]:
    def nap_and_act() -> None:
        time.sleep(2)
        act()

    return nap_and_act


def _event(thread: Callable[..., Any]) -> None:
    event = threading.Event()
    thread(_later(event.set))
    event.wait()


def _join(thread: Callable[..., Any]) -> None:
    thread(time.sleep, 2).join()


def _queue(thread: Callable[..., Any]) -> None:
    items: queue.Queue[int] = queue.Queue()
    thread(_later(lambda: items.put(1)))
    items.get()


def _simple_queue(thread: Callable[..., Any]) -> None:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    thread(_later(lambda: items.put(1)))
    items.get()


def _future(thread: Callable[..., Any]) -> None:
    future: Future[int] = Future()
    thread(_later(lambda: future.set_result(1)))
    future.result()


def _barrier(thread: Callable[..., Any]) -> None:
    barrier = threading.Barrier(2)
    thread(_later(barrier.wait))
    barrier.wait()


def _condition(thread: Callable[..., Any]) -> None:
    condition = threading.Condition()

    def notify() -> None:
        with condition:
            condition.notify()

    thread(_later(notify))
    with condition:
        condition.wait()


def _computing(thread: Callable[..., Any]) -> None:
    lab.cpu(2)


WAITS: list[tuple[Callable[[Callable[..., Any]], None], str]] = [
    (_lock, "Lock.acquire"),
    (_event, "Event.wait"),
    (_join, "Thread.join"),
    (_queue, "Queue.get"),
    (_simple_queue, "SimpleQueue.get"),
    (_future, "Future.result"),
    (_barrier, "Barrier.wait"),
    (_condition, "Condition.wait"),
    (_computing, "lab.cpu(2)"),
]


@pytest.mark.parametrize(("wait", "what"), WAITS, ids=lambda each: getattr(each, "__name__", ""))
def test_waiting_for_a_thread_on_the_loop_blocks_it(
    wait: Callable[[Callable[..., Any]], None], what: str
) -> None:
    def start(target: Callable[..., Any], *args: Any) -> threading.Thread:
        thread = threading.Thread(target=target, args=args)
        thread.start()
        return thread

    async def main() -> float:
        ticks: list[float] = []
        asyncio.get_running_loop().call_later(1, lambda: ticks.append(time.monotonic()))
        wait(start)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ticks[0]

    run = lab.run(main)
    assert run.result == 2, "the timer of 1 s came when the loop was free"
    (blocked,) = run.blocked
    assert (blocked.at, blocked.seconds, blocked.what) == (0, 2, what)
    assert blocked.where.startswith("test_point_03_blocking.py:")


def test_leaving_a_pool_on_the_loop_blocks_it() -> None:
    async def main() -> None:
        with ThreadPoolExecutor(4) as pool:
            for seconds in (1, 2, 3, 2):
                pool.submit(time.sleep, seconds)

    run = lab.run(main)
    assert run.elapsed == 3
    assert sum(blocked.seconds for blocked in run.blocked) == 3
    assert {blocked.where for blocked in run.blocked} == {place(main, "with ThreadPool")}


def test_the_trace_tells_who_was_late_and_since_when() -> None:
    async def main() -> None:
        late = asyncio.create_task(asyncio.sleep(1), name="late")
        await asyncio.sleep(0)
        time.sleep(3)
        await late

    run = lab.run(main)
    events = list(run.trace)
    lane = {event.name: event.lane for event in events if isinstance(event, Lane)}
    (blocked,) = [event for event in events if isinstance(event, Blocked)]
    assert (blocked.t, blocked.lasted, blocked.lane) == (0, 3 * 10**9, lane["main"])
    assert (blocked.on, blocked.at) == ("time.sleep(3)", place(main, "time.sleep(3)"))
    steps = [event for event in events if isinstance(event, Ran)]
    held = [step for step in steps if step.lasted]
    assert [(step.lane, step.lasted) for step in held] == [(lane["main"], 3 * 10**9)]
    last = [step for step in steps if step.lane == lane["late"]][-1]
    assert (last.since, last.t) == (1 * 10**9, 3 * 10**9)
    # A step is complete when it ends: it stands behind what happened within it.
    assert events.index(blocked) < events.index(held[0])


def test_two_sleeps_in_one_step_are_two_reports() -> None:
    async def main() -> None:
        time.sleep(1)
        time.sleep(2)

    assert [each.seconds for each in lab.run(main).blocked] == [1, 2]


def test_a_thread_that_sleeps_blocks_nobody() -> None:
    async def main() -> float:
        task = asyncio.create_task(asyncio.to_thread(time.sleep, 5))
        await asyncio.sleep(1)
        now = time.monotonic()
        await task
        return now

    run = lab.run(main)
    assert run.result == 1
    assert run.blocked == []


def test_a_finaliser_that_sleeps_blocks_as_well() -> None:
    class Slow:
        def __del__(self) -> None:
            time.sleep(1)

    async def main() -> None:
        slow = Slow()
        await asyncio.sleep(1)
        del slow

    run = lab.run(main)
    assert run.elapsed == 2
    assert [(each.at, each.seconds) for each in run.blocked] == [(1, 1)]
    assert run.blocked[0].where == place(Slow.__del__, "time.sleep")
