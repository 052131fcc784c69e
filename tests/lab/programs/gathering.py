"""gather, as_completed and wait: whose results come when, and what a failure leaves running."""

from __future__ import annotations

import asyncio

from tests.lab.programs.program import STEP, Log, program


async def work(log: Log, name: str, steps: float) -> str:
    try:
        await asyncio.sleep(steps * STEP)
    except asyncio.CancelledError:
        log(f"{name} cancelled")
        raise
    log(f"{name} done")
    return name


async def fail(log: Log, name: str, steps: float, error: type[Exception] = ValueError) -> None:
    await asyncio.sleep(steps * STEP)
    log(f"{name} fails")
    raise error(name)


@program(
    "gather gives results in the order of its arguments, not of finishing",
    """
    1  b done
    2  c done
    3  a done
    3  a b c
    3  returned
    """,
)
async def gather_order(log: Log) -> None:
    log(" ".join(await asyncio.gather(work(log, "a", 3), work(log, "b", 1), work(log, "c", 2))))


@program(
    "after the first failure gather raises, and the siblings run on",
    """
    1  b fails
    1  caught ValueError
    2  a done
    3  c done
    4  returned
    """,
)
async def gather_failure(log: Log) -> None:
    try:
        await asyncio.gather(work(log, "a", 2), fail(log, "b", 1), work(log, "c", 3))
    except ValueError:
        log("caught ValueError")
    await asyncio.sleep(3 * STEP)


@program(
    "gather with return_exceptions waits for all, and a cancelled child is a result",
    """
    1  b fails
    2  c cancelled
    3  a done
    3  str ValueError CancelledError
    3  returned
    """,
)
async def gather_collects(log: Log) -> None:
    child = asyncio.create_task(work(log, "c", 5))
    asyncio.get_running_loop().call_later(2 * STEP, child.cancel)
    results = await asyncio.gather(
        work(log, "a", 3), fail(log, "b", 1), child, return_exceptions=True
    )
    log(" ".join(type(result).__name__ for result in results))


@program(
    "a cancelled gather cancels its children, in order",
    """
    1  a cancelled
    1  b cancelled
    1  gather was cancelled
    2  returned
    """,
)
async def gather_cancelled(log: Log) -> None:
    async def both() -> None:
        try:
            await asyncio.gather(work(log, "a", 3), work(log, "b", 4))
        except asyncio.CancelledError:
            log("gather was cancelled")

    task = asyncio.create_task(both())
    await asyncio.sleep(STEP)
    task.cancel()
    await task
    await asyncio.sleep(STEP)


@program(
    "as_completed hands out results as they come, and times out",
    """
    1  b done
    1  got b
    2  c done
    2  got c
    3  TimeoutError
    4  a done
    5  returned
    """,
)
async def as_completed(log: Log) -> None:
    works = [work(log, "a", 4), work(log, "b", 1), work(log, "c", 2)]
    try:
        for next_one in asyncio.as_completed(works, timeout=3 * STEP):
            log(f"got {await next_one}")
    except TimeoutError:
        log("TimeoutError")
    await asyncio.sleep(2 * STEP)


@program(
    "wait returns at the first result, the first failure, or the time-out; it cancels nobody",
    """
    1  a done
    1  first: 1 done, 3 pending
    2  b fails
    2  failure: 1 done, 2 pending
    3  c done
    4  time-out: 1 done, 1 pending
    5  d done
    5  all: 1 done, 0 pending
    5  returned
    """,
)
async def wait_for_some(log: Log) -> None:
    pending = {
        asyncio.create_task(work(log, "a", 1)),
        asyncio.create_task(fail(log, "b", 2)),
        asyncio.create_task(work(log, "c", 3)),
        asyncio.create_task(work(log, "d", 5)),
    }
    for label, until, timeout in (
        ("first", asyncio.FIRST_COMPLETED, None),
        ("failure", asyncio.FIRST_EXCEPTION, None),
        ("time-out", asyncio.ALL_COMPLETED, 2 * STEP),
        ("all", asyncio.ALL_COMPLETED, None),
    ):
        done, pending = await asyncio.wait(pending, return_when=until, timeout=timeout)
        for task in done:
            task.exception()
        log(f"{label}: {len(done)} done, {len(pending)} pending")
