"""Threads that wait for one another: locks, events, conditions, semaphores, barriers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.lab.programs.program import STEP, Log, Tally, program


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

    waiting = asyncio.create_task(
        together(lambda: wait("a", 0), lambda: wait("b", 1), wait_for)
    )
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
    "a Semaphore of 3 lets 7 threads through in threes",
    """
    2  3 through
    4  6 through
    6  7 through
    6  returned
    """,
)
async def semaphore(log: Log) -> None:
    slots = threading.Semaphore(3)
    through = Tally(log, "through", (3, 6, 7))

    def job() -> None:
        with slots:
            time.sleep(2 * STEP)
            through.add()

    await together(*[job] * 7)


@program(
    "a BoundedSemaphore refuses a release too many, and acquire gives up in time",
    """
    0  ValueError
    2  in vain
    2  returned
    """,
)
async def bounded_semaphore(log: Log) -> None:
    slots = threading.BoundedSemaphore(1)

    def use() -> None:
        try:
            slots.release()
        except ValueError as error:
            log(type(error).__name__)
        slots.acquire()
        if not slots.acquire(timeout=2 * STEP):
            log("in vain")

    await together(use)


@program(
    "a Barrier of 3 threads opens when the last arrives",
    """
    1  a arrives
    2  b arrives
    4  c arrives
    5  3 opened
    5  returned
    """,
)
async def barrier(log: Log) -> None:
    gate = threading.Barrier(3)
    opened = Tally(log, "opened", (3,))

    def party(name: str, steps: float) -> None:
        time.sleep(steps * STEP)
        log(f"{name} arrives")
        gate.wait()
        time.sleep(STEP)
        opened.add()

    await together(lambda: party("a", 1), lambda: party("b", 2), lambda: party("c", 4))


@program(
    "a Barrier that times out is broken for all, also for who comes later",
    """
    2  2 broken
    4  3 broken
    4  returned
    """,
)
async def broken_barrier(log: Log) -> None:
    gate = threading.Barrier(3, timeout=2 * STEP)
    broken = Tally(log, "broken", (2, 3))

    def party(steps: float) -> None:
        time.sleep(steps * STEP)
        try:
            gate.wait()
        except threading.BrokenBarrierError:
            broken.add()

    await together(lambda: party(0), lambda: party(1), lambda: party(4))


@program(
    "readers share, a writer waits for them: a lock of one's own, made of a Condition",
    """
    0  reader 1 in
    1  reader 2 in
    2  writer asks
    4  reader 1 out
    5  reader 2 out
    7  writer done
    7  returned
    """,
)
async def readers_and_writer(log: Log) -> None:
    changed = threading.Condition()
    inside = 0

    def read(name: str, after: float) -> None:
        nonlocal inside
        time.sleep(after * STEP)
        with changed:
            inside += 1
            log(f"{name} in")
        time.sleep(4 * STEP)
        with changed:
            inside -= 1
            log(f"{name} out")
            changed.notify_all()

    def write() -> None:
        time.sleep(2 * STEP)
        log("writer asks")
        with changed:
            changed.wait_for(lambda: inside == 0)
            time.sleep(2 * STEP)
            log("writer done")

    await together(lambda: read("reader 1", 0), lambda: read("reader 2", 1), write)


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
