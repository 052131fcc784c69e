"""What a cancelled task may still do: clean up, be cut short, finish in a shield."""

from __future__ import annotations

import asyncio

from tests.lab.programs.program import STEP, Log, program


async def work(log: Log, name: str, steps: float) -> None:
    try:
        await asyncio.sleep(steps * STEP)
        log(f"{name} done")
    except asyncio.CancelledError:
        log(f"{name} cancelled")
        raise


@program(
    "cleanup may sleep; who awaits the task waits for it",
    """
    1  cleaning up
    3  cleaned up
    3  the awaiting one goes on
    3  returned
    """,
)
async def cleanup_sleeps(log: Log) -> None:
    async def careful() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            log("cleaning up")
            await asyncio.sleep(2 * STEP)
            log("cleaned up")

    task = asyncio.create_task(careful())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])
    log("the awaiting one goes on")


@program(
    "a second cancellation cuts the cleanup short",
    """
    1  cleaning up
    2  cleanup cut short
    2  returned
    """,
)
async def cancelled_twice(log: Log) -> None:
    async def careful() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            log("cleaning up")
            try:
                await asyncio.sleep(2 * STEP)
                log("cleaned up")
            except asyncio.CancelledError:
                log("cleanup cut short")
                raise

    task = asyncio.create_task(careful())
    for _ in range(2):
        await asyncio.sleep(STEP)
        task.cancel()
    await asyncio.wait([task])


@program(
    "a shield keeps the inner work; the outer wait ends at once",
    """
    1  outer cancelled
    3  inner done
    3  returned
    """,
)
async def shield(log: Log) -> None:
    inner = asyncio.create_task(work(log, "inner", 3))

    async def outer() -> None:
        try:
            await asyncio.shield(inner)
        except asyncio.CancelledError:
            log("outer cancelled")
            raise

    task = asyncio.create_task(outer())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])
    await inner


@program(
    "a commit in a shield ends although its caller is cancelled; the caller waits for it",
    """
    1  waits for the commit
    3  committed
    3  cancelled after the commit
    3  returned
    """,
)
async def shielded_commit(log: Log) -> None:
    async def commit() -> None:
        await asyncio.sleep(3 * STEP)
        log("committed")

    async def save() -> None:
        committing = asyncio.create_task(commit())
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            log("waits for the commit")
            await asyncio.wait([committing])
            log("cancelled after the commit")
            raise

    task = asyncio.create_task(save())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])


@program(
    "an error in cleanup takes the place of the cancellation",
    """
    1  ended with OSError
    1  returned
    """,
)
async def error_in_cleanup(log: Log) -> None:
    async def careless() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            raise OSError

    task = asyncio.create_task(careless())
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])
    log(f"ended with {type(task.exception()).__name__}")


@program(
    "a task that is left at the end is cancelled after main, and may clean up",
    """
    1  returned
    1  a cancelled
    3  a cleaned up
    """,
    leaves=("task",),
)
async def left_pending(log: Log) -> None:
    async def slow_to_leave() -> None:
        try:
            await work(log, "a", 9)
        finally:
            await asyncio.sleep(2 * STEP)
            log("a cleaned up")

    kept.clear()
    kept.append(asyncio.create_task(slow_to_leave()))
    await asyncio.sleep(STEP)


kept: list[asyncio.Task[None]] = []
