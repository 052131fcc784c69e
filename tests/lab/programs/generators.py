"""Async generators and sync ones: when their cleanup runs, and in which task or thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

from tests.lab.programs.program import STEP, Log, program


async def ticks(log: Log, cleanup: float = 1) -> AsyncGenerator[int, None]:
    """Counts once a step; its cleanup sleeps, and says in which task it runs."""
    task = asyncio.current_task()
    try:
        for number in range(1, 10):
            await asyncio.sleep(STEP)
            yield number
    finally:
        same = asyncio.current_task() is task
        log(f"cleanup begins in {'the same' if same else 'another'} task")
        await asyncio.sleep(cleanup * STEP)
        log("cleanup ends")


@program(
    "aclosing runs the cleanup before the code after the loop",
    """
    1  1
    2  2
    2  cleanup begins in the same task
    3  cleanup ends
    3  after the loop
    3  returned
    """,
)
async def closed(log: Log) -> None:
    async with aclosing(ticks(log)) as numbers:
        async for number in numbers:
            log(str(number))
            if number == 2:
                break
    log("after the loop")


@program(
    "break does not close: the cleanup runs later, in a task of the loop's",
    """
    1  1
    2  2
    2  after the loop
    2  cleanup begins in another task
    3  cleanup ends
    4  returned
    """,
)
async def left_by_break(log: Log) -> None:
    async def use() -> None:
        async for number in ticks(log):
            log(str(number))
            if number == 2:
                break
        log("after the loop")

    await use()
    await asyncio.sleep(2 * STEP)


@program(
    "what is still held at the end is closed by the run, after main has returned",
    """
    1  1
    1  returned
    1  cleanup begins in another task
    2  cleanup ends
    """,
    leaves=("generator",),
)
async def held_to_the_end(log: Log) -> None:
    kept.clear()
    numbers = ticks(log)
    kept.append(numbers)
    log(str(await anext(numbers)))


kept: list[AsyncGenerator[int, None]] = []


@program(
    "athrow raises at the yield; what the generator yields next comes back",
    """
    0  got 1
    0  inside: KeyError
    1  got 2
    1  StopAsyncIteration
    1  returned
    """,
)
async def thrown_into(log: Log) -> None:
    async def numbers() -> AsyncGenerator[int, None]:
        try:
            yield 1
        except KeyError as error:
            log(f"inside: {type(error).__name__}")
            await asyncio.sleep(STEP)
            yield 2

    made = numbers()
    log(f"got {await anext(made)}")
    log(f"got {await made.athrow(KeyError())}")
    try:
        await anext(made)
    except StopAsyncIteration as error:
        log(type(error).__name__)


@program(
    "a cancelled consumer cancels the generator where it waits",
    """
    1    1
    1.5  cleanup begins in the same task
    2.5  cleanup ends
    2.5  consumer ended
    2.5  returned
    """,
)
async def cancelled_inside(log: Log) -> None:
    async def consume() -> None:
        async for number in ticks(log):
            log(str(number))

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.5 * STEP)
    task.cancel()
    await asyncio.wait([task])
    log("consumer ended")


@program(
    "asynccontextmanager: the part after the yield runs at the end of the block, also on error",
    """
    1  opened
    2  inside
    2  closing after ValueError
    4  closed
    4  caught ValueError
    4  returned
    """,
)
async def context_manager(log: Log) -> None:
    @asynccontextmanager
    async def resource() -> AsyncIterator[None]:
        await asyncio.sleep(STEP)
        log("opened")
        try:
            yield
        except ValueError as error:
            log(f"closing after {type(error).__name__}")
            await asyncio.sleep(2 * STEP)
            log("closed")
            raise

    try:
        async with resource():
            await asyncio.sleep(STEP)
            log("inside")
            raise ValueError
    except ValueError as error:
        log(f"caught {type(error).__name__}")


@program(
    "a sync generator that a thread drives, step by step; the loop stays free",
    """
    1  thread made 1
    1  loop got 1
    2  timer
    3  thread made 2
    3  loop got 2
    5  thread made 3
    5  loop got 3
    5  returned
    """,
)
async def sync_in_threads(log: Log) -> None:
    from starlette.concurrency import iterate_in_threadpool

    main = threading.get_ident()

    def numbers() -> Iterator[int]:
        for number in (1, 2, 3):
            time.sleep((2 if number > 1 else 1) * STEP)
            log(f"{'loop' if threading.get_ident() == main else 'thread'} made {number}")
            yield number

    asyncio.get_running_loop().call_later(2 * STEP, log, "timer")
    async for number in iterate_in_threadpool(numbers()):
        log(f"loop got {number}")


@program(
    "two consumers of one async generator at a time: the second is refused",
    """
    0  second: RuntimeError
    1  first: 1
    1  cleanup begins in another task
    2  cleanup ends
    2  returned
    """,
)
async def two_consumers(log: Log) -> None:
    numbers = ticks(log)

    async def first() -> None:
        log(f"first: {await anext(numbers)}")

    task = asyncio.create_task(first())
    await asyncio.sleep(0)
    try:
        await anext(numbers)
    except RuntimeError as error:
        log(f"second: {type(error).__name__}")
    await task
    await numbers.aclose()
