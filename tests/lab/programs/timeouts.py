"""Deadlines: when they are noticed, who gets the error, and what they cannot stop."""

from __future__ import annotations

import asyncio
import time

from tests.lab.programs.program import STEP, Log, program


async def swallow(log: Log, steps: float) -> None:
    """Cancelled, it says so and goes on."""
    try:
        await asyncio.sleep(steps * STEP)
    except asyncio.CancelledError:
        log("cancellation swallowed")


@program(
    "timeout() raises when it is due",
    """
    2  TimeoutError
    2  returned
    """,
)
async def due(log: Log) -> None:
    try:
        async with asyncio.timeout(2 * STEP):
            await asyncio.sleep(5 * STEP)
    except TimeoutError:
        log("TimeoutError")


@program(
    "work that ends in time is not disturbed, nor anything after it",
    """
    1  in time
    4  still here
    4  returned
    """,
)
async def in_time(log: Log) -> None:
    async with asyncio.timeout(2 * STEP):
        await asyncio.sleep(STEP)
        log("in time")
    await asyncio.sleep(3 * STEP)
    log("still here")


@program(
    "of two nested deadlines the earlier one raises, wherever it stands",
    """
    1  the outer raised
    2  the inner raised
    3  the outer was not disturbed
    3  returned
    """,
)
async def nested(log: Log) -> None:
    try:
        async with asyncio.timeout(STEP):
            try:
                async with asyncio.timeout(2 * STEP):
                    await asyncio.sleep(5 * STEP)
            except TimeoutError:
                log("the inner raised first")
    except TimeoutError:
        log("the outer raised")
    async with asyncio.timeout(3 * STEP):
        try:
            async with asyncio.timeout(STEP):
                await asyncio.sleep(5 * STEP)
        except TimeoutError:
            log("the inner raised")
        await asyncio.sleep(STEP)
        log("the outer was not disturbed")


@program(
    "two deadlines at one moment: the inner is set last, so the outer raises",
    """
    1  raised by the outer
    1  returned
    """,
)
async def same_deadline(log: Log) -> None:
    when = asyncio.get_running_loop().time() + STEP
    try:
        async with asyncio.timeout_at(when) as outer:
            try:
                async with asyncio.timeout_at(when):
                    await asyncio.sleep(5 * STEP)
            except TimeoutError:
                log("raised by the inner")
    except TimeoutError:
        log("raised by the outer")
    assert outer.expired()


@program(
    "a deadline can be moved, and taken away",
    """
    2  moved to 4
    4  TimeoutError
    7  no deadline, no error
    7  returned
    """,
)
async def reschedule(log: Log) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(3 * STEP) as scope:
            await asyncio.sleep(2 * STEP)
            scope.reschedule(began + 4 * STEP)
            log("moved to 4")
            await asyncio.sleep(9 * STEP)
    except TimeoutError:
        log("TimeoutError")
    async with asyncio.timeout(STEP) as scope:
        scope.reschedule(None)
        await asyncio.sleep(3 * STEP)
    log("no deadline, no error")


@program(
    "overdue is not raised: code that blocks past the deadline and leaves gets no error",
    """
    3  no sleep(0): no error
    6  1 sleep(0): no error
    9  2 sleep(0): TimeoutError
    9  returned
    """,
    blocks=9,
)
async def overdue(log: Log) -> None:
    for yields in range(3):
        try:
            async with asyncio.timeout(STEP):
                time.sleep(3 * STEP)
                for _ in range(yields):
                    await asyncio.sleep(0)
            outcome = "no error"
        except TimeoutError:
            outcome = "TimeoutError"
        log(f"{yields or 'no'} sleep(0): {outcome}")


@program(
    "who swallows the cancellation stays as long as he likes, and nothing is raised",
    """
    1  cancellation swallowed
    4  left late, expired: True
    4  returned
    """,
)
async def swallowed(log: Log) -> None:
    async with asyncio.timeout(STEP) as scope:
        await swallow(log, 2)
        await asyncio.sleep(3 * STEP)
    log(f"left late, expired: {scope.expired()}")


@program(
    "a time-out of nothing lets work begin, and raises at its first wait",
    """
    0  began
    0  TimeoutError
    0  returned
    """,
)
async def zero(log: Log) -> None:
    try:
        async with asyncio.timeout(0):
            log("began")
            await asyncio.sleep(STEP)
    except TimeoutError:
        log("TimeoutError")


@program(
    "the task's own cancellation is not mistaken for the time-out",
    """
    1  CancelledError
    1  returned
    """,
)
async def cancelled_inside(log: Log) -> None:
    async def work() -> None:
        async with asyncio.timeout(3 * STEP):
            await asyncio.sleep(9 * STEP)

    task = asyncio.create_task(work())
    await asyncio.sleep(STEP)
    task.cancel()
    try:
        await task
    except BaseException as error:
        log(type(error).__name__)
