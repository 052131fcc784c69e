"""Threads that wait for one another: locks, events, conditions, with and without time-outs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.lab.programs.program import STEP, Log, program


async def together(*functions: Callable[[], Any]) -> None:
    """Run each in a thread, and wait for all."""
    await asyncio.gather(*(asyncio.to_thread(function) for function in functions))


@program(
    "a Lock makes the second thread wait until the first releases",
    """
    0  a has it
    1  b asks
    3  a releases
    4  b worked with it
    4  returned
    """,
)
async def lock(log: Log) -> None:
    guard = threading.Lock()

    def first() -> None:
        with guard:
            log("a has it")
            time.sleep(3 * STEP)
            log("a releases")

    def second() -> None:
        time.sleep(STEP)
        log("b asks")
        with guard:
            time.sleep(STEP)
            log("b worked with it")

    await together(first, second)


@program(
    "acquire with a time-out gives up when it is due, and succeeds when the lock comes in time",
    """
    1  b: in vain
    3  b: got it
    3  returned
    """,
)
async def lock_timeout(log: Log) -> None:
    guard = threading.Lock()

    def hold() -> None:
        with guard:
            time.sleep(3 * STEP)

    def ask() -> None:
        for timeout in (1, 4):
            got = guard.acquire(timeout=timeout * STEP)
            log("b: got it" if got else "b: in vain")
        guard.release()

    holder = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.sleep(0)
    await together(ask)
    await holder


@program(
    "an RLock lets its owner in again, and others only after the last release",
    """
    0  a is in twice
    2  a left once
    4  a left
    5  b worked
    5  returned
    """,
)
async def rlock(log: Log) -> None:
    guard = threading.RLock()

    def first() -> None:
        with guard:
            with guard:
                log("a is in twice")
                time.sleep(2 * STEP)
            log("a left once")
            time.sleep(2 * STEP)
            log("a left")

    def second() -> None:
        time.sleep(STEP)
        with guard:
            time.sleep(STEP)
            log("b worked")

    await together(first, second)


@program(
    "an Event that the loop sets lets a thread go on; its time-outs come when due",
    """
    1  thread: not yet
    2  thread: not yet
    3  loop: sets it
    4  thread: set
    4  returned
    """,
)
async def event(log: Log) -> None:
    ready = threading.Event()

    def wait() -> None:
        for _ in range(2):
            if not ready.wait(STEP):
                log("thread: not yet")
        ready.wait()
        time.sleep(STEP)
        log("thread: set")

    waiting = asyncio.create_task(asyncio.to_thread(wait))
    await asyncio.sleep(3 * STEP)
    log("loop: sets it")
    ready.set()
    await waiting


@program(
    "waiting for a thread's Event on the loop's thread blocks the loop",
    """
    2  thread: sets it
    2  loop: goes on
    2  timer due at 1
    2  returned
    """,
    blocks=2,
)
async def event_on_the_loop(log: Log) -> None:
    done = threading.Event()

    def work() -> None:
        time.sleep(2 * STEP)
        log("thread: sets it")
        done.set()

    asyncio.get_running_loop().call_later(STEP, log, "timer due at 1")
    thread = threading.Thread(target=work)
    thread.start()
    done.wait()
    log("loop: goes on")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    thread.join()


@program(
    "notify wakes the thread that waited longest; wait_for looks again each time",
    """
    0  a waits
    1  b waits
    2  notify
    3  a woke
    4  notify
    5  b woke
    7  value 2
    7  returned
    """,
)
async def condition(log: Log) -> None:
    changed = threading.Condition()
    value = 0

    def wait(name: str, after: float) -> None:
        time.sleep(after * STEP)
        with changed:
            log(f"{name} waits")
            changed.wait()
        time.sleep(STEP)
        log(f"{name} woke")

    def wait_for() -> None:
        time.sleep(5.5 * STEP)
        with changed:
            assert changed.wait_for(lambda: value == 2, timeout=5 * STEP)
            log(f"value {value}")

    async def notify(times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(2 * STEP)
            with changed:
                log("notify")
                changed.notify()

    async def change() -> None:
        nonlocal value
        for number in (1, 2):
            await asyncio.sleep(STEP)
            with changed:
                value = number
                changed.notify_all()

    waiting = asyncio.create_task(together(lambda: wait("a", 0), lambda: wait("b", 1), wait_for))
    await notify(2)
    await asyncio.sleep(STEP)
    await change()
    await waiting


@program(
    "Condition.wait gives up when its time-out is due, and has the lock again",
    """
    2  gave up, with the lock
    2  returned
    """,
)
async def condition_timeout(log: Log) -> None:
    changed = threading.Condition()

    def wait() -> None:
        with changed:
            woken = changed.wait(2 * STEP)
            changed.notify()  # Raises without the lock.
            log("woken" if woken else "gave up, with the lock")

    await together(wait)


@program(
    "a lock that one thread took is released by another",
    """
    2  the other releases
    3  went on
    3  returned
    """,
)
async def released_elsewhere(log: Log) -> None:
    gate = threading.Lock()
    gate.acquire()

    def wait() -> None:
        with gate:
            time.sleep(STEP)
            log("went on")

    def open_it() -> None:
        time.sleep(2 * STEP)
        log("the other releases")
        gate.release()

    await together(wait, open_it)
