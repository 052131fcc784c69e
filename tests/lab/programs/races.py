"""Updates that are lost because something ran in between, and what prevents it."""

from __future__ import annotations

import asyncio
import threading
import time

from tests.lab.programs.program import STEP, Log, program


@program(
    "one seat and ten buyers who look, wait and take: ten sold",
    """
    1  sold 10, seats left -9
    1  returned
    """,
)
async def last_seat(log: Log) -> None:
    seats, sold = 1, 0

    async def buy() -> None:
        nonlocal seats, sold
        if seats > 0:
            await asyncio.sleep(STEP)
            seats -= 1
            sold += 1

    await asyncio.gather(*(buy() for _ in range(10)))
    log(f"sold {sold}, seats left {seats}")


@program(
    "with a lock round the look and the taking one is sold",
    """
    1  sold 1, seats left 0
    1  returned
    """,
)
async def last_seat_locked(log: Log) -> None:
    seats, sold = 1, 0
    lock = asyncio.Lock()

    async def buy() -> None:
        nonlocal seats, sold
        async with lock:
            if seats > 0:
                await asyncio.sleep(STEP)
                seats -= 1
                sold += 1

    await asyncio.gather(*(buy() for _ in range(10)))
    log(f"sold {sold}, seats left {seats}")


@program(
    "tasks that read, await and write lose updates: the last write wins",
    """
    1  a writes 1
    2  b writes 1
    3  c writes 1
    3  returned
    """,
)
async def lost_update(log: Log) -> None:
    value = 0

    async def add(name: str, steps: float) -> None:
        nonlocal value
        seen = value
        await asyncio.sleep(steps * STEP)
        value = seen + 1
        log(f"{name} writes {value}")

    await asyncio.gather(add("a", 1), add("b", 2), add("c", 3))


@program(
    "threads that all read before one writes lose updates, a Barrier makes it certain",
    """
    1  after 5 threads: 1
    1  returned
    """,
)
async def threads_lose_updates(log: Log) -> None:
    value = 0
    all_have_read = threading.Barrier(5)

    def add() -> None:
        nonlocal value
        seen = value
        all_have_read.wait()
        time.sleep(STEP)
        value = seen + 1

    await asyncio.gather(*(asyncio.to_thread(add) for _ in range(5)))
    log(f"after 5 threads: {value}")


@program(
    "with a lock from the read to the write every thread waits its turn",
    """
    5  after 5 threads: 5
    5  returned
    """,
)
async def threads_keep_updates(log: Log) -> None:
    value = 0
    lock = threading.Lock()

    def add() -> None:
        nonlocal value
        with lock:
            seen = value
            time.sleep(STEP)
            value = seen + 1

    await asyncio.gather(*(asyncio.to_thread(add) for _ in range(5)))
    log(f"after 5 threads: {value}")


@program(
    "one refresh serves all who ask meanwhile; who asks later starts another",
    """
    0  refresh 1 begins
    2  three got token 1
    3  refresh 2 begins
    5  the late one got token 2
    5  returned
    """,
)
async def refresh_once(log: Log) -> None:
    refreshes = 0
    running: asyncio.Task[int] | None = None

    async def refresh() -> int:
        nonlocal refreshes, running
        refreshes += 1
        token = refreshes
        log(f"refresh {token} begins")
        await asyncio.sleep(2 * STEP)
        running = None
        return token

    async def get() -> int:
        nonlocal running
        if running is None:
            running = asyncio.create_task(refresh())
        return await asyncio.shield(running)

    tokens = await asyncio.gather(get(), get(), get())
    log(f"three got token {tokens[0]}" if len(set(tokens)) == 1 else f"tokens {tokens}")
    await asyncio.sleep(STEP)
    log(f"the late one got token {await get()}")


@program(
    "a threading.Lock held across an await: the next task blocks the loop, until a time-out",
    """
    0  a holds it
    2  b: in vain, and the loop was blocked
    2  a goes on, one step late
    2  returned
    """,
    blocks=2,
)
async def thread_lock_across_await(log: Log) -> None:
    lock = threading.Lock()

    async def first() -> None:
        with lock:
            log("a holds it")
            await asyncio.sleep(STEP)
            log("a goes on, one step late")

    async def second() -> None:
        if not lock.acquire(timeout=2 * STEP):
            log("b: in vain, and the loop was blocked")

    await asyncio.gather(first(), second())


@program(
    "two tasks that take two asyncio locks in opposite order wait for each other",
    """
    1  a has one, wants two
    1  b has two, wants one
    3  a gave up
    4  b has both
    4  returned
    """,
)
async def opposite_order(log: Log) -> None:
    one, two = asyncio.Lock(), asyncio.Lock()

    async def take(name: str, first: asyncio.Lock, second: asyncio.Lock, words: str) -> None:
        async with first:
            await asyncio.sleep(STEP)
            log(f"{name} has {words}")
            async with second:
                await asyncio.sleep(STEP)
                log(f"{name} has both")

    async def impatient() -> None:
        try:
            async with asyncio.timeout(3 * STEP):
                await take("a", one, two, "one, wants two")
        except TimeoutError:
            log("a gave up")

    await asyncio.gather(impatient(), take("b", two, one, "two, wants one"))
