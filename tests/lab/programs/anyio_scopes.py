"""anyio's cancel scopes: level cancellation, shields, deadlines, and threads in them."""

from __future__ import annotations

import asyncio
import time

import anyio
import anyio.from_thread
import anyio.to_thread

from tests.lab.programs.program import LONG, STEP, Log, Tally, program


@program(
    "cancelled is a state: every await in the cleanup raises again",
    """
    1  cleanup begins
    1  cancelled again
    1  and again
    1  outside
    1  returned
    """,
)
async def level(log: Log) -> None:
    cancelled = anyio.get_cancelled_exc_class()
    with anyio.move_on_after(STEP):
        try:
            await anyio.sleep(9 * STEP)
        finally:
            log("cleanup begins")
            for label in ("cancelled again", "and again"):
                try:
                    await anyio.sleep(STEP)
                except cancelled:
                    log(label)
    log("outside")


@program(
    "asyncio's own awaits are cancelled again too, within an anyio scope",
    """
    1  cleanup begins
    1  cancelled again
    1  outside
    1  returned
    """,
)
async def level_for_asyncio(log: Log) -> None:
    with anyio.move_on_after(STEP):
        try:
            await asyncio.sleep(9 * STEP)
        finally:
            log("cleanup begins")
            try:
                await asyncio.sleep(STEP)
            except asyncio.CancelledError:
                log("cancelled again")
    log("outside")


@program(
    "a shielded scope lets the cleanup wait; the scope outside ends when it has",
    """
    1  cleanup begins
    3  cleanup ends
    3  outside
    3  returned
    """,
)
async def shielded_cleanup(log: Log) -> None:
    with anyio.move_on_after(STEP):
        try:
            await anyio.sleep(9 * STEP)
        finally:
            with anyio.CancelScope(shield=True):
                log("cleanup begins")
                await anyio.sleep(2 * STEP)
                log("cleanup ends")
    log("outside")


@program(
    "a shielded cleanup with a deadline of its own gives up when that is due",
    """
    1  cleanup begins
    3  cleanup gave up
    3  outside
    3  returned
    """,
)
async def bounded_cleanup(log: Log) -> None:
    with anyio.move_on_after(STEP):
        try:
            await anyio.sleep(9 * STEP)
        finally:
            log("cleanup begins")
            with anyio.move_on_after(2 * STEP, shield=True) as cleanup:
                await anyio.sleep(9 * STEP)
            log("cleanup gave up" if cleanup.cancelled_caught else "cleanup ended")
    log("outside")


@program(
    "a thread is waited for although the scope is cancelled: cancellation comes after it",
    """
    3  thread ends
    3  after the scope
    3  returned
    """,
)
async def thread_not_abandoned(log: Log) -> None:
    def sleep() -> None:
        time.sleep(3 * STEP)
        log("thread ends")

    with anyio.move_on_after(STEP):
        await anyio.to_thread.run_sync(sleep)
        await anyio.sleep(STEP)
        log("never")
    log("after the scope")


@program(
    "with abandon_on_cancel the scope ends in time, and the thread goes on",
    """
    1  after the scope
    3  thread ends
    4  returned
    """,
)
async def thread_abandoned(log: Log) -> None:
    def sleep() -> None:
        time.sleep(3 * STEP)
        log("thread ends")

    with anyio.move_on_after(STEP):
        await anyio.to_thread.run_sync(sleep, abandon_on_cancel=True)
    log("after the scope")
    await anyio.sleep(3 * STEP)


@program(
    "a thread asks whether it was cancelled, and ends itself",
    """
    2  thread: still wanted
    4  thread: no longer wanted
    4  after the scope
    4  returned
    """,
)
async def thread_asks(log: Log) -> None:
    def work() -> None:
        for _ in range(3):
            time.sleep(2 * STEP)
            try:
                anyio.from_thread.check_cancelled()
            except asyncio.CancelledError:
                log("thread: no longer wanted")
                raise
            log("thread: still wanted")

    with anyio.move_on_after(3 * STEP):
        await anyio.to_thread.run_sync(work)
    log("after the scope")


@program(
    "a deadline can be moved while one waits; the clock is the loop's",
    """
    1  moved to 3
    3  moved on
    3  returned
    """,
)
async def moved_deadline(log: Log) -> None:
    began = anyio.current_time()
    with anyio.move_on_after(2 * STEP) as scope:
        await anyio.sleep(STEP)
        scope.deadline = began + 3 * STEP
        log("moved to 3")
        await anyio.sleep(9 * STEP)
    log("moved on")


@program(
    "an asyncio.TaskGroup in a cancelled scope is woken on every turn until its children are done",
    """
    1  child cleans up
    2  child is clean
    2  after the scope
    2  returned
    """,
    step=LONG,
    reports=("spin",),
)
async def spinning_host(log: Log) -> None:
    async def child() -> None:
        try:
            await asyncio.sleep(9 * LONG)
        finally:
            log("child cleans up")
            await asyncio.sleep(LONG)
            log("child is clean")

    with anyio.move_on_after(LONG):
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
    log("after the scope")


@program(
    "closing thirty things while cancelled takes no time: each await in it is cancelled",
    """
    1  closing
    1  30 cancelled
    1  after the scope
    4  timer
    5  returned
    """,
)
async def many_closings(log: Log) -> None:
    cancelled = Tally(log, "cancelled", (30,))
    asyncio.get_running_loop().call_later(4 * STEP, log, "timer")
    with anyio.move_on_after(STEP):
        try:
            await anyio.sleep(9 * STEP)
        finally:
            log("closing")
            for _ in range(30):
                try:
                    await anyio.sleep(STEP)
                except asyncio.CancelledError:
                    cancelled.add()
    log("after the scope")
    await anyio.sleep(4 * STEP)
