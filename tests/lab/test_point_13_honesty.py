"""Point 13: the lab never helps a wrong program."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from checker import lab
from checker.trace import Ran
from tests.lab.places import place


def test_call_soon_from_a_thread_does_not_wake_the_loop() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[str, float]] = []

        def note(what: str) -> None:
            seen.append((what, time.monotonic()))

        def work() -> None:
            time.sleep(1)
            note("called")
            loop.call_soon(note, "heard")

        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.sleep(5)
        thread.join()
        return seen

    assert lab.run(main).result == [("called", 1), ("heard", 5)]


def test_it_is_reported_with_its_line_and_the_right_call() -> None:
    def work(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
        time.sleep(1)
        loop.call_soon(event.set)

    async def main() -> None:
        event = asyncio.Event()
        thread = threading.Thread(target=work, args=[asyncio.get_running_loop(), event])
        thread.start()
        await asyncio.sleep(2)
        await event.wait()
        thread.join()

    (report,) = lab.run(main).reports
    assert (report.kind, report.t) == ("unsafe-call", 10**9)
    assert report.at == place(work, "loop.call_soon")
    assert "Event.set" in report.text
    assert "use loop.call_soon_threadsafe" in report.text


def test_what_call_soon_hides_in_is_reported_too() -> None:
    """Setting an asyncio event or finishing a future from a thread calls call_soon inside."""

    def work(event: asyncio.Event) -> None:
        time.sleep(1)
        event.set()

    async def main() -> float:
        event = asyncio.Event()
        thread = threading.Thread(target=work, args=[event])
        thread.start()
        asyncio.get_running_loop().call_later(7, int)
        await event.wait()
        thread.join()
        return time.monotonic()

    run = lab.run(main)
    assert run.result == 7, "it was heard when the loop woke for another reason"
    assert [(report.kind, report.at) for report in run.reports] == [
        ("unsafe-call", place(work, "event.set()"))
    ]


def test_without_another_reason_to_wake_it_is_a_deadlock() -> None:
    async def main() -> None:
        event = asyncio.Event()

        def work() -> None:
            time.sleep(1)
            event.set()

        threading.Thread(target=work).start()
        await event.wait()

    run = lab.run(main, catch=True)
    assert isinstance(run.error, lab.Deadlock)
    assert [report.kind for report in run.reports] == ["unsafe-call"]


def test_call_soon_threadsafe_wakes_it_and_is_no_news() -> None:
    async def main() -> float:
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def work() -> None:
            time.sleep(1)
            loop.call_soon_threadsafe(event.set)

        thread = threading.Thread(target=work)
        thread.start()
        await event.wait()
        thread.join()
        return time.monotonic()

    run = lab.run(main)
    assert run.result == 1
    assert run.reports == []


def test_call_soon_on_the_loop_is_no_news() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(int)
        await asyncio.sleep(0)

    assert lab.run(main).reports == []


def test_a_timer_that_is_set_in_a_thread_does_not_wake_the_loop_either() -> None:
    """The loop looks at its timers when it wakes; until then it sleeps to the one it knew."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        seen: list[float] = []

        def work() -> None:
            loop.call_later(1, lambda: seen.append(time.monotonic()))

        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.sleep(5)
        await asyncio.sleep(0)
        thread.join()
        return seen

    assert lab.run(main).result == [5]


def test_what_was_due_while_the_loop_was_blocked_counts_from_when_it_was_due() -> None:
    async def main() -> None:
        async def request() -> None:
            await asyncio.sleep(1)
            await asyncio.sleep(0)

        task = asyncio.create_task(request())
        await asyncio.sleep(0.5)
        time.sleep(4)
        await task

    run = lab.run(main)
    steps = [event for event in run.trace if isinstance(event, Ran) and event.lane == 2]
    assert [(step.since, step.t) for step in steps] == [
        (0, 0), (10**9, 4_500_000_000), (4_500_000_000, 4_500_000_000),
    ]  # fmt: skip


def test_a_blocking_call_is_let_through_and_not_mended() -> None:
    async def main() -> float:
        other = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        time.sleep(10)
        await other
        return time.monotonic()

    assert lab.run(main).result == 10


def test_an_asyncio_lock_that_is_held_across_a_loop_keeps_its_mistakes() -> None:
    """What belongs to another loop fails here as it does for real."""
    lock = asyncio.Lock()

    async def contend() -> None:
        async def hold() -> None:
            async with lock:
                await asyncio.sleep(1)

        await asyncio.gather(hold(), hold())

    lab.run(contend)
    with pytest.raises(RuntimeError, match="is bound to a different event loop"):
        lab.run(contend)


def test_a_race_between_tasks_is_kept() -> None:
    async def main() -> int:
        count = 0

        async def add() -> None:
            nonlocal count
            seen = count
            await asyncio.sleep(0)
            count = seen + 1

        await asyncio.gather(*(add() for _ in range(100)))
        return count

    assert lab.run(main).result == 1
