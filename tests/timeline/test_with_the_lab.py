"""Programs run in the lab: their timelines are those that the samples imitate."""

from __future__ import annotations

import asyncio
import time

from checker import lab
from checker.timeline.fold import Row
from checker.timeline.layout import layout
from checker.trace import Trace


def shown(trace: Trace) -> dict[str, list[tuple[float, float, str]]]:
    """What each row of tasks or threads shows, in seconds."""
    return {_label(row): _spans(row) for row in layout(trace).rows if row.kind != "loop"}


def _label(row: Row) -> str:
    return f"{row.label} ×{row.count}" if row.count > 1 else row.label


def _spans(row: Row) -> list[tuple[float, float, str]]:
    return [
        (span.start_ns / 1e9, span.end_ns / 1e9, span.state)
        for span in row.spans
        if span.end_ns > span.start_ns
    ]


def test_calls_behind_a_semaphore() -> None:
    async def fetch(free: asyncio.Semaphore) -> None:
        async with free:
            await asyncio.sleep(1)

    async def main() -> None:
        free = asyncio.Semaphore(5)
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(fetch(free))

    assert shown(lab.run(main).trace) == {
        "main": [(0, 2, "waiting")],
        "fetch-1…5 ×5": [(0, 1, "waiting")],
        "fetch-6…10 ×5": [(0, 1, "queued"), (1, 2, "waiting")],
    }


def test_handlers_that_sleep_on_the_loop() -> None:
    async def handler() -> None:
        time.sleep(2)

    async def main() -> None:
        await asyncio.gather(*(handler() for _ in range(3)))

    assert shown(lab.run(main).trace) == {
        "main": [(0, 6, "waiting")],
        "handler-1": [(0, 2, "blocking")],
        "handler-2": [(0, 2, "starved"), (2, 4, "blocking")],
        "handler-3": [(0, 4, "starved"), (4, 6, "blocking")],
    }


def test_jobs_for_which_there_are_too_few_threads() -> None:
    async def main() -> None:
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(12)))

    rows = shown(lab.run(main, cores=4).trace)
    assert rows["to_thread-1…8 ×8"] == [(0, 1, "waiting")]
    assert rows["to_thread-9…12 ×4"] == [(0, 1, "queued"), (1, 2, "waiting")]
    assert rows["thread-1…4 ×4"] == [(0, 1, "sleeping"), (1, 2, "sleeping")]
    assert rows["thread-5…8 ×4"] == [(0, 1, "sleeping")]


def test_a_task_that_is_left_behind_and_one_that_is_stuck() -> None:
    async def leaves() -> None:
        leaves.task = asyncio.create_task(asyncio.sleep(9), name="forgotten")  # type: ignore[attr-defined]
        await asyncio.sleep(1)

    async def deadlocks() -> None:
        lock = asyncio.Lock()
        await lock.acquire()
        await lock.acquire()

    forgotten = layout(lab.run(leaves, catch=True).trace).lanes[-1]
    assert (forgotten.name, forgotten.marks[-1].what) == ("forgotten", "unfinished")
    main = layout(lab.run(deadlocks, catch=True).trace).lanes[-1]
    assert main.left is not None
    assert (main.left.state, main.left.on, main.marks[-1].what) == (
        "queued",
        "Lock.acquire",
        "stuck",
    )
