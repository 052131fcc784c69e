"""asyncio's locks: in which order waiters go on, and what a cancelled waiter leaves behind."""

from __future__ import annotations

import asyncio

from tests.lab.programs.program import STEP, Log, program


@program(
    "a Lock goes to its waiters in the order in which they came",
    """
    0  a has it
    2  b has it
    4  c has it
    6  returned
    """,
)
async def lock_is_fair(log: Log) -> None:
    lock = asyncio.Lock()

    async def holder(name: str) -> None:
        async with lock:
            log(f"{name} has it")
            await asyncio.sleep(2 * STEP)

    await asyncio.gather(holder("a"), holder("b"), holder("c"))


@program(
    "a free Lock is taken without a turn for anybody else",
    """
    0  three times taken
    0  the other runs
    0  returned
    """,
)
async def free_lock(log: Log) -> None:
    lock = asyncio.Lock()

    async def run() -> None:
        log("the other runs")

    other = asyncio.create_task(run())
    for _ in range(3):
        async with lock:
            pass
    log("three times taken")
    await other


@program(
    "a waiter that is cancelled at the moment of its turn passes the Lock on",
    """
    1  released, and b cancelled
    1  c has it
    2  returned
    """,
)
async def cancelled_at_its_turn(log: Log) -> None:
    lock = asyncio.Lock()

    async def holder(name: str) -> None:
        async with lock:
            log(f"{name} has it")
            await asyncio.sleep(STEP)

    await lock.acquire()
    second = asyncio.create_task(holder("b"))
    third = asyncio.create_task(holder("c"))
    await asyncio.sleep(STEP)
    lock.release()
    second.cancel()
    log("released, and b cancelled")
    await asyncio.wait([second, third])


@program(
    "a Semaphore of 2 lets 5 jobs through in pairs",
    """
    0  1 begins
    0  2 begins
    2  3 begins
    2  4 begins
    4  5 begins
    6  returned
    """,
)
async def semaphore(log: Log) -> None:
    slots = asyncio.Semaphore(2)

    async def job(number: int) -> None:
        async with slots:
            log(f"{number} begins")
            await asyncio.sleep(2 * STEP)

    await asyncio.gather(*(job(number) for number in range(1, 6)))


@program(
    "a waiter that gives up leaves its slot to the next",
    """
    1  b gave up
    2  c has it
    3  returned
    """,
)
async def semaphore_cancelled(log: Log) -> None:
    slots = asyncio.Semaphore(1)

    async def impatient() -> None:
        try:
            async with asyncio.timeout(STEP):
                await slots.acquire()
        except TimeoutError:
            log("b gave up")

    async def patient() -> None:
        async with slots:
            log("c has it")
            await asyncio.sleep(STEP)

    await slots.acquire()
    both = asyncio.gather(impatient(), patient())
    await asyncio.sleep(2 * STEP)
    slots.release()
    await both


@program(
    "a BoundedSemaphore refuses a release too many, a Semaphore grows",
    """
    0  ValueError
    0  2 at once
    1  returned
    """,
)
async def released_twice(log: Log) -> None:
    bounded, plain = asyncio.BoundedSemaphore(1), asyncio.Semaphore(1)
    try:
        bounded.release()
    except ValueError:
        log("ValueError")
    plain.release()
    inside = 0

    async def job() -> None:
        nonlocal inside
        async with plain:
            inside += 1
            if inside == 2:
                log("2 at once")
            await asyncio.sleep(STEP)

    await asyncio.gather(job(), job())
