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


@program(
    "an Event wakes all who wait, in order; who comes later does not wait",
    """
    1  set
    1  a
    1  b
    1  c, late
    1  returned
    """,
)
async def event(log: Log) -> None:
    gate = asyncio.Event()

    async def wait(name: str) -> None:
        await gate.wait()
        log(name)

    waiting = asyncio.gather(wait("a"), wait("b"))
    await asyncio.sleep(STEP)
    gate.set()
    log("set")
    await waiting
    await wait("c, late")


@program(
    "an Event that is set and cleared at once still wakes those who waited",
    """
    1  a
    1  b
    3  c gave up
    3  returned
    """,
)
async def event_pulse(log: Log) -> None:
    gate = asyncio.Event()

    async def wait(name: str) -> None:
        await gate.wait()
        log(name)

    waiting = asyncio.gather(wait("a"), wait("b"))
    await asyncio.sleep(STEP)
    gate.set()
    gate.clear()
    await waiting
    try:
        await asyncio.wait_for(wait("c"), 2 * STEP)
    except TimeoutError:
        log("c gave up")


@program(
    "notify(1) wakes one, notify_all the rest, one after another as the lock gets free",
    """
    1  notify 1
    2  a goes on
    3  notify all
    4  b goes on
    5  c goes on
    5  returned
    """,
)
async def condition(log: Log) -> None:
    changed = asyncio.Condition()

    async def wait(name: str) -> None:
        async with changed:
            await changed.wait()
            await asyncio.sleep(STEP)
            log(f"{name} goes on")

    waiting = asyncio.gather(wait("a"), wait("b"), wait("c"))
    await asyncio.sleep(STEP)
    async with changed:
        log("notify 1")
        changed.notify(1)
    await asyncio.sleep(2 * STEP)
    async with changed:
        log("notify all")
        changed.notify_all()
    await waiting


@program(
    "wait_for of a Condition looks again at each notification",
    """
    1  it is 1
    2  it is 2
    3  it is 3
    3  three!
    3  returned
    """,
)
async def condition_predicate(log: Log) -> None:
    changed = asyncio.Condition()
    value = 0

    async def wait() -> None:
        async with changed:
            await changed.wait_for(lambda: value == 3)
            log("three!")

    waiting = asyncio.create_task(wait())
    for number in (1, 2, 3):
        await asyncio.sleep(STEP)
        async with changed:
            value = number
            log(f"it is {value}")
            changed.notify_all()
    await waiting


@program(
    "a Barrier of 3 opens when the third arrives, and again for the next 3",
    """
    2  c goes on
    2  a goes on
    2  b goes on
    4  c goes on
    4  a goes on
    4  b goes on
    4  returned
    """,
)
async def barrier(log: Log) -> None:
    gate = asyncio.Barrier(3)

    async def party(name: str, steps: float) -> None:
        for _ in range(2):
            await asyncio.sleep(steps * STEP)
            await gate.wait()
            log(f"{name} goes on")

    await asyncio.gather(party("a", 0), party("b", 1), party("c", 2))


@program(
    "aborting a Barrier breaks it for all who wait",
    """
    1  a: BrokenBarrierError
    1  b: BrokenBarrierError
    1  returned
    """,
)
async def broken_barrier(log: Log) -> None:
    gate = asyncio.Barrier(3)

    async def party(name: str) -> None:
        try:
            await gate.wait()
        except asyncio.BrokenBarrierError as error:
            log(f"{name}: {type(error).__name__}")

    waiting = asyncio.gather(party("a"), party("b"))
    await asyncio.sleep(STEP)
    await gate.abort()
    await waiting
