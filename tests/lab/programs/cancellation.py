"""Cancellation: where it arrives, what cleanup may do, what is passed on and what is not."""

from __future__ import annotations

import asyncio
import time

from tests.lab.programs.program import STEP, Log, program


async def work(log: Log, name: str, steps: float) -> None:
    try:
        await asyncio.sleep(steps * STEP)
        log(f"{name} done")
    except asyncio.CancelledError:
        log(f"{name} cancelled")
        raise


@program(
    "a task that is cancelled before its first step never runs",
    """
    0  cancelled: True
    0  returned
    """,
)
async def before_it_starts(log: Log) -> None:
    task = asyncio.create_task(work(log, "a", 1))
    task.cancel()
    await asyncio.wait([task])
    log(f"cancelled: {task.cancelled()}")


@program(
    "a request to cancel arrives at the next turn, not at once",
    """
    1  asked
    1  a cancelled
    1  it has ended
    1  returned
    """,
)
async def next_turn(log: Log) -> None:
    task = asyncio.create_task(work(log, "a", 3))
    await asyncio.sleep(STEP)
    task.cancel()
    log("asked")
    await asyncio.wait([task])
    log("it has ended")


@program(
    "who swallows a cancellation lives on, and the counter remembers the request",
    """
    1  swallowed, requests: 1
    2  went on, requests: 0
    2  cancelled: False
    2  returned
    """,
)
async def swallowed(log: Log) -> None:
    async def stubborn() -> None:
        task = asyncio.current_task()
        assert task
        try:
            await asyncio.sleep(9 * STEP)
        except asyncio.CancelledError:
            log(f"swallowed, requests: {task.cancelling()}")
            task.uncancel()
        await asyncio.sleep(STEP)
        log(f"went on, requests: {task.cancelling()}")

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])
    log(f"cancelled: {task.cancelled()}")


@program(
    "who is cancelled while awaiting a task cancels that task first",
    """
    1  inner cancelled
    1  outer cancelled
    1  returned
    """,
)
async def passed_inwards(log: Log) -> None:
    async def outer() -> None:
        inner = asyncio.create_task(work(log, "inner", 9))
        try:
            await inner
        except asyncio.CancelledError:
            log("outer cancelled")
            raise

    task = asyncio.create_task(outer())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])


@program(
    "except Exception does not catch a cancellation, a bare except does",
    """
    1  polite cancelled
    2  bare caught it
    3  bare went on
    3  returned
    """,
)
async def what_catches(log: Log) -> None:
    async def polite() -> None:
        try:
            await work(log, "polite", 9)
        except Exception:
            log("polite caught it")

    async def bare() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        except BaseException:
            log("bare caught it")
        await asyncio.sleep(STEP)
        log("bare went on")

    for function in (polite, bare):
        task = asyncio.create_task(function())
        await asyncio.sleep(STEP)
        task.cancel()
        await asyncio.wait([task])


@program(
    "cancelling a task that sleeps in a thread frees the task; the thread goes on",
    """
    1  task: cancelled
    3  thread: ends
    4  returned
    """,
)
async def thread_goes_on(log: Log) -> None:
    def sleep() -> None:
        time.sleep(3 * STEP)
        log("thread: ends")

    async def wait() -> None:
        try:
            await asyncio.to_thread(sleep)
        except asyncio.CancelledError:
            log("task: cancelled")
            raise

    task = asyncio.create_task(wait())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(3 * STEP)


@program(
    "code that blocks cannot be cancelled until it comes to an await",
    """
    3  blocked to the end
    3  cancelled at the await
    3  returned
    """,
    blocks=3,
)
async def blocking_is_deaf(log: Log) -> None:
    async def block() -> None:
        time.sleep(3 * STEP)
        log("blocked to the end")
        try:
            await asyncio.sleep(STEP)
        except asyncio.CancelledError:
            log("cancelled at the await")
            raise

    task = asyncio.create_task(block())
    asyncio.get_running_loop().call_later(STEP, task.cancel)
    await asyncio.wait([task])


@program(
    "a cancelled Future wakes those who wait for it with CancelledError",
    """
    1  a: CancelledError
    1  b: CancelledError
    2  returned
    """,
)
async def future(log: Log) -> None:
    promise: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait(name: str) -> None:
        try:
            await promise
        except asyncio.CancelledError as error:
            log(f"{name}: {type(error).__name__}")

    asyncio.get_running_loop().call_later(STEP, promise.cancel)
    await asyncio.gather(wait("a"), wait("b"))
    await asyncio.sleep(STEP)
