"""anyio on asyncio: its task groups, level cancellation, streams and locks."""

from __future__ import annotations

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.abc import TaskStatus

from tests.lab.programs.program import STEP, Log, Tally, program


async def work(log: Log, name: str, steps: float) -> None:
    try:
        await anyio.sleep(steps * STEP)
        log(f"{name} done")
    except anyio.get_cancelled_exc_class():
        log(f"{name} cancelled")
        raise


@program(
    "a failure cancels the siblings, and comes out as an ExceptionGroup",
    """
    1  fails
    1  2 cancelled
    1  ValueError
    1  returned
    """,
)
async def failure(log: Log) -> None:
    # Which sibling is first is up to the addresses of the tasks, so they are counted.
    cancelled = Tally(log, "cancelled", (2,))

    async def fail() -> None:
        await anyio.sleep(STEP)
        log("fails")
        raise ValueError

    async def sibling() -> None:
        try:
            await anyio.sleep(9 * STEP)
        finally:
            cancelled.add()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(fail)
            for _ in range(2):
                group.start_soon(sibling)
    except* ValueError as errors:
        log("+".join(type(error).__name__ for error in errors.exceptions))


@program(
    "cancelling a group from inside ends its children, and raises nothing",
    """
    1  cancel
    1  a cancelled
    1  after the group
    1  returned
    """,
)
async def cancel_scope(log: Log) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(work, log, "a", 9)
        await anyio.sleep(STEP)
        log("cancel")
        group.cancel_scope.cancel()
    log("after the group")


@program(
    "a group that is cancelled waits for a child that cleans up in a shield",
    """
    1  a cleans up
    4  a is clean
    4  after the group
    4  returned
    """,
)
async def slow_child(log: Log) -> None:
    async def careful() -> None:
        try:
            await anyio.sleep(9 * STEP)
        finally:
            with anyio.CancelScope(shield=True):
                log("a cleans up")
                await anyio.sleep(3 * STEP)
                log("a is clean")

    async with anyio.create_task_group() as group:
        group.start_soon(careful)
        await anyio.sleep(STEP)
        group.cancel_scope.cancel()
    log("after the group")


@program(
    "start() waits until the child says that it is ready, with a value",
    """
    1  child: ready
    1  parent: got 8080
    3  child: ends
    3  returned
    """,
)
async def start(log: Log) -> None:
    async def serve(*, task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED) -> None:
        await anyio.sleep(STEP)
        log("child: ready")
        task_status.started(8080)
        await anyio.sleep(2 * STEP)
        log("child: ends")

    async with anyio.create_task_group() as group:
        log(f"parent: got {await group.start(serve)}")


@program(
    "a memory stream of size 0 hands items over; a closed one ends the loop",
    """
    0  received 1
    0  sent 1
    2  received 2
    2  sent 2
    4  end of stream
    4  returned
    """,
)
async def stream(log: Log) -> None:
    send, receive = anyio.create_memory_object_stream[int](0)

    async def produce() -> None:
        async with send:
            for item in (1, 2):
                await send.send(item)
                log(f"sent {item}")

    async def consume() -> None:
        async with receive:
            async for item in receive:
                log(f"received {item}")
                await anyio.sleep(2 * STEP)
        log("end of stream")

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        group.start_soon(consume)


@program(
    "an anyio.Lock yields at each acquire, also when it is free; asyncio's does not",
    """
    0  a1
    0  b1
    0  a2
    0  b2
    0  returned
    """,
)
async def lock_yields(log: Log) -> None:
    async def take(name: str) -> None:
        lock = anyio.Lock()
        for number in (1, 2):
            async with lock:
                log(f"{name}{number}")

    async with anyio.create_task_group() as group:
        group.start_soon(take, "a")
        group.start_soon(take, "b")


@program(
    "a CapacityLimiter of 2 lets borrowers in by twos, in the order in which they came",
    """
    0  1 in
    0  2 in
    2  3 in
    2  4 in
    4  5 in
    6  returned
    """,
)
async def limiter(log: Log) -> None:
    two = anyio.CapacityLimiter(2)

    async def borrow(number: int) -> None:
        async with two:
            log(f"{number} in")
            await anyio.sleep(2 * STEP)

    async with anyio.create_task_group() as group:
        for number in range(1, 6):
            group.start_soon(borrow, number)
