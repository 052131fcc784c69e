"""Worker threads beside the loop: pools and their limits, and ways back to the loop."""

from __future__ import annotations

import asyncio
import threading
import time

import anyio
import anyio.to_thread

from tests.lab.programs.program import STEP, Log, program


@program(
    "while code holds the loop, threads go on; what they hand to the loop waits",
    """
    0  blocking
    1  thread: called the loop
    2  thread: at work
    4  blocked until now
    4  loop: the call from the thread
    4  returned
    """,
    blocks=4,
)
async def thread_beside_a_blocked_loop(log: Log) -> None:
    loop = asyncio.get_running_loop()

    def work() -> None:
        time.sleep(STEP)
        log("thread: called the loop")
        loop.call_soon_threadsafe(log, "loop: the call from the thread")
        time.sleep(STEP)
        log("thread: at work")

    thread = threading.Thread(target=work)
    thread.start()
    log("blocking")
    time.sleep(4 * STEP)
    log("blocked until now")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    thread.join()


@program(
    "call_soon from a thread does not wake the loop: it runs when something else does",
    """
    1  thread: call_soon
    2  thread: ended
    3  loop: the call, two steps late
    3  returned
    """,
    reports=("unsafe-call",),
)
async def unsafe_call(log: Log) -> None:
    loop = asyncio.get_running_loop()

    def work() -> None:
        time.sleep(STEP)
        log("thread: call_soon")
        loop.call_soon(log, "loop: the call, two steps late")
        time.sleep(STEP)
        log("thread: ended")

    thread = threading.Thread(target=work)
    thread.start()
    await asyncio.sleep(3 * STEP)
    thread.join()


@program(
    "call_soon_threadsafe wakes the loop at once, in the order of the calls",
    """
    1  loop: first
    1  loop: second
    2  loop: third
    3  returned
    """,
)
async def safe_call(log: Log) -> None:
    loop = asyncio.get_running_loop()

    def work() -> None:
        time.sleep(STEP)
        loop.call_soon_threadsafe(log, "loop: first")
        loop.call_soon_threadsafe(log, "loop: second")
        time.sleep(STEP)
        loop.call_soon_threadsafe(log, "loop: third")

    thread = threading.Thread(target=work)
    thread.start()
    await asyncio.sleep(3 * STEP)
    thread.join()


@program(
    "a thread waits for a coroutine on the loop, with a time-out, and cancels it",
    """
    1  loop: 42 is ready
    2  thread: 42
    4  thread: TimeoutError
    4  loop: cancelled
    5  thread: the error of the coroutine: ValueError
    5  returned
    """,
)
async def ask_the_loop(log: Log) -> None:
    loop = asyncio.get_running_loop()

    async def answer() -> int:
        await asyncio.sleep(STEP)
        log("loop: 42 is ready")
        return 42

    async def never() -> None:
        try:
            await asyncio.sleep(99 * STEP)
        finally:
            log("loop: cancelled")

    async def fail() -> None:
        raise ValueError

    def work() -> None:
        value = asyncio.run_coroutine_threadsafe(answer(), loop).result()
        time.sleep(STEP)
        log(f"thread: {value}")
        future = asyncio.run_coroutine_threadsafe(never(), loop)
        try:
            future.result(timeout=2 * STEP)
        except TimeoutError:
            log("thread: TimeoutError")
            future.cancel()
        time.sleep(STEP)
        try:
            asyncio.run_coroutine_threadsafe(fail(), loop).result()
        except ValueError as error:
            log(f"thread: the error of the coroutine: {type(error).__name__}")

    await asyncio.to_thread(work)


@program(
    "an error in a thread reaches the task that awaits it",
    """
    1  thread: raises
    1  task: KeyError
    1  returned
    """,
)
async def thread_error(log: Log) -> None:
    def fail() -> None:
        time.sleep(STEP)
        log("thread: raises")
        raise KeyError

    try:
        await asyncio.to_thread(fail)
    except KeyError as error:
        log(f"task: {type(error).__name__}")


@program(
    "join with a time-out gives up; the thread goes on",
    """
    1  after the time-out: alive
    3  thread ends
    3  joined: dead
    3  returned
    """,
    blocks=3,
)
async def join(log: Log) -> None:
    def work() -> None:
        time.sleep(3 * STEP)
        log("thread ends")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(STEP)
    log(f"after the time-out: {'alive' if thread.is_alive() else 'dead'}")
    thread.join()
    log(f"joined: {'alive' if thread.is_alive() else 'dead'}")


@program(
    "a threading.Timer fires in a thread of its own; a cancelled one never",
    """
    1  first timer, not on the loop
    2  third timer, not on the loop
    3  returned
    """,
)
async def timers(log: Log) -> None:
    main = threading.current_thread()

    def fire(name: str) -> None:
        where = "on the loop" if threading.current_thread() is main else "not on the loop"
        log(f"{name} timer, {where}")

    made = [
        threading.Timer(STEP, fire, ["first"]),
        threading.Timer(2 * STEP, fire, ["second"]),
        threading.Timer(2 * STEP, fire, ["third"]),
    ]
    for timer in made:
        timer.start()
    made[1].cancel()
    await asyncio.sleep(3 * STEP)
    for timer in made:
        timer.join()


@program(
    "from a worker thread anyio calls back into the loop, and waits for the answer",
    """
    0  thread: begins
    2  loop: awaited
    2  thread: got 7
    4  loop: called
    4  thread: got 8
    4  returned
    """,
)
async def from_thread(log: Log) -> None:
    async def answer() -> int:
        await anyio.sleep(2 * STEP)
        log("loop: awaited")
        return 7

    def call() -> int:
        log("loop: called")
        return 8

    def work() -> None:
        log("thread: begins")
        log(f"thread: got {anyio.from_thread.run(answer)}")
        time.sleep(2 * STEP)
        log(f"thread: got {anyio.from_thread.run_sync(call)}")

    await anyio.to_thread.run_sync(work)
