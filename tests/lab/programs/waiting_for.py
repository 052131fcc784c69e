"""wait_for, anyio's deadlines, and time-outs round work that does not stop."""

from __future__ import annotations

import asyncio
import time

import anyio

from tests.lab.programs.program import STEP, Log, program


@program(
    "wait_for waits until the cancelled work has cleaned up",
    """
    1  cleaning up
    4  cleaned up
    4  TimeoutError
    4  returned
    """,
)
async def slow_cleanup(log: Log) -> None:
    async def work() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            log("cleaning up")
            await asyncio.sleep(3 * STEP)
            log("cleaned up")

    try:
        await asyncio.wait_for(work(), STEP)
    except TimeoutError:
        log("TimeoutError")


@program(
    "wait_for hands on the result, and the error, of work that ends in time",
    """
    1  7
    2  KeyError
    2  returned
    """,
)
async def wait_for(log: Log) -> None:
    async def answer(error: Exception | None) -> int:
        await asyncio.sleep(STEP)
        if error:
            raise error
        return 7

    log(str(await asyncio.wait_for(answer(None), 3 * STEP)))
    try:
        await asyncio.wait_for(answer(KeyError()), 3 * STEP)
    except KeyError as error:
        log(type(error).__name__)


@program(
    "wait_for of something shielded gives up; the work goes on",
    """
    1  TimeoutError
    3  the work ends
    3  returned
    """,
)
async def shielded(log: Log) -> None:
    async def work() -> None:
        await asyncio.sleep(3 * STEP)
        log("the work ends")

    task = asyncio.create_task(work())
    try:
        await asyncio.wait_for(asyncio.shield(task), STEP)
    except TimeoutError:
        log("TimeoutError")
    await task


@program(
    "a time-out round to_thread gives up the wait, not the thread",
    """
    1  task: TimeoutError
    3  thread: ends all the same
    4  returned
    """,
)
async def thread_goes_on(log: Log) -> None:
    def work() -> None:
        time.sleep(3 * STEP)
        log("thread: ends all the same")

    try:
        async with asyncio.timeout(STEP):
            await asyncio.to_thread(work)
    except TimeoutError:
        log("task: TimeoutError")
    await asyncio.sleep(3 * STEP)


@program(
    "anyio's fail_after raises, move_on_after goes on in silence",
    """
    1  TimeoutError
    3  moved on, caught: True
    3  returned
    """,
)
async def anyio_deadlines(log: Log) -> None:
    try:
        with anyio.fail_after(STEP):
            await anyio.sleep(9 * STEP)
    except TimeoutError:
        log("TimeoutError")
    with anyio.move_on_after(2 * STEP) as scope:
        await anyio.sleep(9 * STEP)
    log(f"moved on, caught: {scope.cancelled_caught}")


@program(
    "three hops of one deadline: the last one gets what the first two left",
    """
    2  hop 1
    4  hop 2
    5  TimeoutError
    5  returned
    """,
)
async def budget(log: Log) -> None:
    try:
        async with asyncio.timeout(5 * STEP):
            for hop in (1, 2, 3):
                await asyncio.sleep(2 * STEP)
                log(f"hop {hop}")
    except TimeoutError:
        log("TimeoutError")
