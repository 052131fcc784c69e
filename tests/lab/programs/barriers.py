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
