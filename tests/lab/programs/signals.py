"""asyncio's Event, Condition and Barrier: who wakes, in which order, and who does not."""

from __future__ import annotations

import asyncio

from tests.lab.programs.program import STEP, Log, program


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
