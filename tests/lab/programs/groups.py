"""gather, TaskGroup, wait and as_completed: who is waited for, and what a failure does."""

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


def names(group: BaseExceptionGroup[BaseException]) -> str:
    return "+".join(type(error).__name__ for error in group.exceptions)


@program(
    "the first failure cancels the siblings in a TaskGroup; it ends when they have cleaned up",
    """
    1  b fails
    1  a cancelled
    3  a cleaned up
    3  caught ValueError
    3  returned
    """,
)
async def group_failure(log: Log) -> None:
    async def slow_to_leave() -> None:
        try:
            await work(log, "a", 9)
        finally:
            await asyncio.sleep(2 * STEP)
            log("a cleaned up")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow_to_leave())
            group.create_task(fail(log, "b", 1))
    except* ValueError as errors:
        log(f"caught {names(errors)}")


@program(
    "children that fail at one moment are both in the group, in the order in which they failed",
    """
    1  a fails
    1  b fails
    1  c cancelled
    1  ValueError+KeyError
    1  returned
    """,
)
async def two_failures(log: Log) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(log, "a", 1))
            group.create_task(fail(log, "b", 1, KeyError))
            group.create_task(work(log, "c", 2))
    except ExceptionGroup as errors:
        log(names(errors))


@program(
    "a child that fails while it is cancelled adds its own error",
    """
    1  a fails
    2  b fails in its cleanup
    2  ValueError+OSError
    2  returned
    """,
)
async def failing_cleanup(log: Log) -> None:
    async def bad_cleanup() -> None:
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            await asyncio.sleep(STEP)
            log("b fails in its cleanup")
            raise OSError

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(log, "a", 1))
            group.create_task(bad_cleanup())
    except ExceptionGroup as errors:
        log(names(errors))


@program(
    "an error in the body of a TaskGroup cancels the children",
    """
    1  the body fails
    1  a cancelled
    1  LookupError
    1  returned
    """,
)
async def body_fails(log: Log) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work(log, "a", 3))
            await asyncio.sleep(STEP)
            log("the body fails")
            raise LookupError
    except ExceptionGroup as errors:
        log(names(errors))


@program(
    "a failure in an inner group passes through the outer one, from the inside out",
    """
    1  b fails
    1  a cancelled
    1  inner ends
    1  c cancelled
    1  outer: ExceptionGroup
    1  returned
    """,
)
async def nested_groups(log: Log) -> None:
    async def inner() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(work(log, "a", 3))
                group.create_task(fail(log, "b", 1))
        finally:
            log("inner ends")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(inner())
            group.create_task(work(log, "c", 3))
    except ExceptionGroup as errors:
        log(f"outer: {names(errors)}")


@program(
    "a child may start siblings; the group waits for them too",
    """
    1  parent done
    3  child done
    3  returned
    """,
)
async def group_grows(log: Log) -> None:
    async with asyncio.TaskGroup() as group:

        async def parent() -> None:
            await work(log, "parent", 1)
            group.create_task(work(log, "child", 2))

        group.create_task(parent())


@program(
    "a child that is cancelled alone ends alone",
    """
    1  a cancelled
    2  b done
    2  returned
    """,
)
async def cancelled_child(log: Log) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(work(log, "a", 3))
        group.create_task(work(log, "b", 2))
        await asyncio.sleep(STEP)
        first.cancel()
