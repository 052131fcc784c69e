"""Sleeps, timers, and what happens to them when code holds the loop."""

from __future__ import annotations

import asyncio
import time

from tests.lab.programs.program import STEP, Log, program


async def sleeper(log: Log, name: str, steps: float) -> None:
    await asyncio.sleep(steps * STEP)
    log(name)


@program(
    "sleepers wake by deadline, not in the order of their start",
    """
    1  b
    2  c
    3  a
    3  returned
    """,
)
async def by_deadline(log: Log) -> None:
    await asyncio.gather(sleeper(log, "a", 3), sleeper(log, "b", 1), sleeper(log, "c", 2))


@program(
    "sleepers with one deadline wake in the order in which they began to sleep",
    """
    2  a
    2  b
    2  c
    2  d
    2  e
    2  returned
    """,
)
async def same_deadline(log: Log) -> None:
    await asyncio.gather(*(sleeper(log, name, 2) for name in "abcde"))


@program(
    "of two timers for one moment, the one that was set first fires first",
    """
    1  the second is set
    3  the first fires
    3  the second fires
    3  returned
    """,
)
async def set_at_different_times(log: Log) -> None:
    first = asyncio.create_task(sleeper(log, "the first fires", 3))
    await asyncio.sleep(STEP)
    log("the second is set")
    await sleeper(log, "the second fires", 2)
    await first


@program(
    "sleep(0) gives each ready task one turn",
    """
    0  a1
    0  b1
    0  a2
    0  b2
    0  a3
    0  b3
    0  returned
    """,
)
async def turns(log: Log) -> None:
    async def three(name: str) -> None:
        for turn in (1, 2, 3):
            log(f"{name}{turn}")
            await asyncio.sleep(0)

    await asyncio.gather(three("a"), three("b"))


@program(
    "call_soon runs in order, a task's first step among it; call_at and call_later by time",
    """
    0  the body goes on
    0  soon 1
    0  task
    0  soon 2
    1  later
    2  at
    3  returned
    """,
)
async def callbacks(log: Log) -> None:
    async def first_step() -> None:
        log("task")

    loop = asyncio.get_running_loop()
    loop.call_at(loop.time() + 2 * STEP, log, "at")
    loop.call_later(STEP, log, "later")
    loop.call_soon(log, "soon 1")
    task = asyncio.create_task(first_step())
    loop.call_soon(log, "soon 2")
    log("the body goes on")
    await asyncio.sleep(3 * STEP)
    await task


@program(
    "a cancelled timer never fires, and does not keep the loop from the next one",
    """
    2  the second
    3  returned
    """,
)
async def cancelled_timer(log: Log) -> None:
    loop = asyncio.get_running_loop()
    first = loop.call_later(STEP, log, "the first")
    loop.call_later(2 * STEP, log, "the second")
    first.cancel()
    await asyncio.sleep(3 * STEP)


@program(
    "time.sleep on the loop holds up every timer; overdue ones then fire by deadline",
    """
    0  blocking
    3  blocked until now
    3  due at 1
    3  due at 2
    4  due at 4
    4  returned
    """,
    blocks=3,
)
async def blocked_timers(log: Log) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper(log, "due at 2", 2))
        group.create_task(sleeper(log, "due at 1", 1))
        group.create_task(sleeper(log, "due at 4", 4))
        await asyncio.sleep(0)
        log("blocking")
        time.sleep(3 * STEP)
        log("blocked until now")


@program(
    "tasks that were ready go before a timer that came due while they blocked",
    """
    1  a
    2  b
    3  a again, ready since 1
    3  timer due at 1
    3  returned
    """,
    blocks=3,
)
async def ready_before_due(log: Log) -> None:
    async def block(name: str) -> None:
        time.sleep(STEP)
        log(name)

    async def block_then_more(name: str) -> None:
        await block(name)
        await asyncio.sleep(0)
        await block(f"{name} again, ready since 1")

    asyncio.get_running_loop().call_later(STEP, log, "timer due at 1")
    await asyncio.gather(block_then_more("a"), block("b"))


@program(
    "a sleeper that wakes late sleeps on from the time at which it runs",
    """
    3  woke, due at 1
    4  slept one more
    4  returned
    """,
    blocks=3,
)
async def late_wake(log: Log) -> None:
    async def twice() -> None:
        await sleeper(log, "woke, due at 1", 1)
        await sleeper(log, "slept one more", 1)

    task = asyncio.create_task(twice())
    await asyncio.sleep(0)
    time.sleep(3 * STEP)
    await task


@program(
    "a sleep of less than nothing is a sleep(0)",
    """
    0  before
    0  the other
    0  after
    0  returned
    """,
)
async def negative(log: Log) -> None:
    log("before")
    other = asyncio.create_task(sleeper(log, "the other", -5))
    await asyncio.sleep(-1)
    await asyncio.sleep(-1)
    log("after")
    await other
