"""Context variables: what travels with tasks, threads and callbacks, and what does not."""

from __future__ import annotations

import asyncio
import threading
import time
from contextvars import ContextVar, copy_context

import anyio.to_thread

from tests.lab.programs.program import STEP, Log, program

request: ContextVar[str] = ContextVar("request", default="none")


@program(
    "the context goes into to_thread and anyio's threads, not into run_in_executor or a Thread",
    """
    0  to_thread: r1
    1  anyio: r1
    2  run_in_executor: none
    3  Thread: none
    4  Thread with copy_context: r1
    5  returned
    """,
)
async def into_threads(log: Log) -> None:
    def say(way: str) -> None:
        log(f"{way}: {request.get()}")
        time.sleep(STEP)

    request.set("r1")
    await asyncio.to_thread(say, "to_thread")
    await anyio.to_thread.run_sync(say, "anyio")
    await asyncio.get_running_loop().run_in_executor(None, say, "run_in_executor")
    for way, target in (("Thread", say), ("Thread with copy_context", copy_context().run)):
        args = (way,) if target is say else (say, way)
        thread = threading.Thread(target=target, args=args)
        thread.start()
        await asyncio.sleep(STEP)
        thread.join()


@program(
    "a task gets a copy at its creation; what it sets stays its own",
    """
    0  child: r1
    1  child set: c
    2  parent: r2
    2  returned
    """,
)
async def into_tasks(log: Log) -> None:
    async def child() -> None:
        log(f"child: {request.get()}")
        request.set("c")
        await asyncio.sleep(STEP)
        log(f"child set: {request.get()}")

    request.set("r1")
    task = asyncio.create_task(child())
    request.set("r2")
    await asyncio.sleep(2 * STEP)
    log(f"parent: {request.get()}")
    await task


@program(
    "an awaited coroutine shares the context of the task that awaits it",
    """
    0  after await: inner
    0  after gather: inner
    0  returned
    """,
)
async def awaited(log: Log) -> None:
    async def set_to(value: str) -> None:
        request.set(value)

    request.set("outer")
    await set_to("inner")
    log(f"after await: {request.get()}")
    await asyncio.gather(set_to("child"))
    log(f"after gather: {request.get()}")


@program(
    "callbacks and timers run in the context in which they were set",
    """
    0  soon: r1
    1  later: r1
    2  done callback: r2
    3  returned
    """,
)
async def into_callbacks(log: Log) -> None:
    def say(way: str) -> None:
        log(f"{way}: {request.get()}")

    loop = asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(2 * STEP))
    request.set("r1")
    loop.call_soon(say, "soon")
    loop.call_later(STEP, say, "later")
    request.set("r2")
    task.add_done_callback(lambda _: say("done callback"))
    request.set("r3")
    await asyncio.sleep(3 * STEP)


@program(
    "what a thread sets does not come back; what anyio calls on the loop sees the thread's context",
    """
    1  loop, called from the thread: t1
    1  after the thread: r1
    1  returned
    """,
)
async def out_of_threads(log: Log) -> None:
    async def say() -> None:
        await asyncio.sleep(STEP)
        log(f"loop, called from the thread: {request.get()}")

    def work() -> None:
        request.set("t1")
        anyio.from_thread.run(say)

    request.set("r1")
    await anyio.to_thread.run_sync(work)
    log(f"after the thread: {request.get()}")


@program(
    "a task can be given a context; it works in it, and leaves its changes there",
    """
    0  child: given
    1  in the given context: changed
    1  here: mine
    1  returned
    """,
)
async def given_context(log: Log) -> None:
    async def child() -> None:
        log(f"child: {request.get()}")
        request.set("changed")
        await asyncio.sleep(STEP)

    request.set("given")
    given = copy_context()
    request.set("mine")
    async with asyncio.TaskGroup() as group:
        group.create_task(child(), context=given)
    log(f"in the given context: {given[request]}")
    log(f"here: {request.get()}")
