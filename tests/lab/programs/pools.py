"""Pools of worker threads: how many jobs run at once, and in which waves."""

from __future__ import annotations

import asyncio
import threading
import time

import anyio
import anyio.to_thread

from tests.lab.programs.program import LONG, STEP, Log, Tally, program, start_threads


@program(
    "20 jobs of to_thread on a machine of 4 cores run in waves of 8",
    """
    2  8 ended
    4  16 ended
    6  20 ended
    6  returned
    """,
)
async def default_pool(log: Log) -> None:
    ended = Tally(log, "ended", (8, 16, 20))

    def job() -> None:
        time.sleep(2 * STEP)
        ended.add()

    await asyncio.gather(*(asyncio.to_thread(job) for _ in range(20)))


@program(
    "of 41 jobs on 40 tokens one waits for a second wave",
    """
    1  40 ended
    2  41 ended
    2  returned
    """,
    step=LONG,
)
async def forty_one(log: Log) -> None:
    ended = Tally(log, "ended", (40, 41))

    def job() -> None:
        time.sleep(LONG)
        ended.add()

    await start_threads(log, 40)
    async with anyio.create_task_group() as group:
        for _ in range(41):
            group.start_soon(anyio.to_thread.run_sync, job)


@program(
    "80 jobs on 40 tokens are two full waves, and a 81st makes a third",
    """
    1  40 ended
    2  80 ended
    3  81 ended
    3  returned
    """,
    step=LONG,
)
async def eighty_one(log: Log) -> None:
    ended = Tally(log, "ended", (40, 80, 81))

    def job() -> None:
        time.sleep(LONG)
        ended.add()

    await start_threads(log, 40)
    async with anyio.create_task_group() as group:
        for _ in range(81):
            group.start_soon(anyio.to_thread.run_sync, job)


@program(
    "a limiter of one's own leaves the 40 tokens to others",
    """
    2  a job on the shared tokens ended
    3  2 ended
    6  4 ended
    6  returned
    """,
)
async def own_limiter(log: Log) -> None:
    ended = Tally(log, "ended", (2, 4))
    two = anyio.CapacityLimiter(2)

    def job() -> None:
        time.sleep(3 * STEP)
        ended.add()

    async def legacy() -> None:
        await anyio.to_thread.run_sync(job, limiter=two)

    async def other() -> None:
        await anyio.to_thread.run_sync(time.sleep, 2 * STEP)
        log("a job on the shared tokens ended")

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(legacy)
        group.start_soon(other)


@program(
    "sleeping threads that overlap end by their own deadlines, not by their start",
    """
    1  c starts
    2  c ends
    3  b ends
    5  a ends
    5  returned
    """,
)
async def overlapping(log: Log) -> None:
    def sleep(name: str, steps: float) -> None:
        time.sleep(steps * STEP)
        log(f"{name} ends")

    first = asyncio.gather(asyncio.to_thread(sleep, "a", 5), asyncio.to_thread(sleep, "b", 3))
    await asyncio.sleep(STEP)
    log("c starts")
    await asyncio.to_thread(sleep, "c", 1)
    await first


@program(
    "a pool reuses its idle threads",
    """
    1  1 thread so far
    3  1 thread so far
    6  3 threads so far
    6  returned
    """,
)
async def reuse(log: Log) -> None:
    seen = set()

    def work() -> None:
        time.sleep(STEP)
        seen.add(threading.get_ident())

    def count() -> str:
        return f"{len(seen)} thread{'s' * (len(seen) > 1)} so far"

    for jobs, pause in ((1, 1), (1, 2), (3, 0)):
        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(jobs)))
        log(count())
        await asyncio.sleep(pause * STEP)


@program(
    "handlers of two kinds, 80 in threads: those on the loop do not feel it",
    """
    0.5  the loop answers at once
    1    40 ended
    1.5  the loop answers at once
    2    80 ended
    2    returned
    """,
    step=LONG,
)
async def loop_beside_full_threads(log: Log) -> None:
    ended = Tally(log, "ended", (40, 80))

    def job() -> None:
        time.sleep(LONG)
        ended.add()

    await start_threads(log, 40)
    async with anyio.create_task_group() as group:
        for _ in range(80):
            group.start_soon(anyio.to_thread.run_sync, job)
        for _ in range(2):
            await anyio.sleep(LONG / 2)
            log("the loop answers at once")
            await anyio.sleep(LONG / 2)
