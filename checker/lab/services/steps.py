"""Lets one piece of service code wait in two ways: as a task and as a thread.

A service is written once, as a generator that yields a `Pause` wherever time passes.
`run` waits for the pauses with asyncio, `run_blocking` with time.sleep and threading.Event,
which on a loop's own thread blocks that loop, as a synchronous client does.

Invariant: whatever interrupts a wait (a cancellation, a closed coroutine, Ctrl-C) is raised inside
the generator at its pause, so its `finally` clauses run at that moment and keep the counts right.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from checker.lab.services.clock import NS, now_ns
from checker.lab.services.lock import Guard

T = TypeVar("T")


class Bell:
    """Wakes whoever waits for news, on whichever loop or thread.

    Read `count` before looking at the state and give it to the pause: a bell that rang in between
    ends the pause at once, so no ring is lost.
    """

    def __init__(self) -> None:
        self.count = 0
        self._guard = Guard()
        self._sleepers: list[Callable[[], None]] = []

    def ring(self) -> None:
        """Wake all who wait now."""
        with self._guard:
            self.count += 1
            sleepers, self._sleepers = self._sleepers, []
        for wake in sleepers:
            wake()

    def listen(self, wake: Callable[[], None], seen: int) -> bool:
        """Call `wake` at the next ring; False if it rang since `seen`."""
        with self._guard:
            if self.count != seen:
                return False
            self._sleepers.append(wake)
            return True

    def forget(self, wake: Callable[[], None]) -> None:
        """Listen no longer."""
        with self._guard:
            if wake in self._sleepers:
                self._sleepers.remove(wake)


class Pause(NamedTuple):
    """Wait until a time (None: without end), or until the bell rings. Yielding gives: it rang.

    `settled`: the time will not change any more, and the bell is for a task that closes what
    another task is waiting for. A thread just sleeps, as it would in a call to a socket.
    """

    until_ns: int | None
    bell: Bell | None = None
    seen: int = 0
    settled: bool = False


Steps: TypeAlias = Generator[Pause, bool, T]


async def run(steps: Steps[T]) -> T:
    """Go through the steps, waiting as a task."""
    try:
        pause = next(steps)
        while True:
            try:
                rang = await _wait(pause)
            except BaseException as error:
                pause = steps.throw(error)
            else:
                pause = steps.send(rang)
    except StopIteration as done:
        result: T = done.value
        return result


def run_blocking(steps: Steps[T]) -> T:
    """Go through the steps, waiting as a thread; on a loop's thread this blocks the loop."""
    try:
        pause = next(steps)
        while True:
            try:
                rang = _wait_blocking(pause)
            except BaseException as error:
                pause = steps.throw(error)
            else:
                pause = steps.send(rang)
    except StopIteration as done:
        result: T = done.value
        return result


def _left_s(pause: Pause) -> float | None:
    return None if pause.until_ns is None else max(0, pause.until_ns - now_ns()) / NS


async def _wait(pause: Pause) -> bool:
    left_s = _left_s(pause)
    if pause.bell is None and left_s is not None:
        await asyncio.sleep(left_s)
        return False
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[bool] = loop.create_future()

    def resolve(rang: bool) -> None:
        if not woken.done():
            woken.set_result(rang)

    def wake() -> None:
        if _running_loop() is loop:
            resolve(True)
        else:
            loop.call_soon_threadsafe(resolve, True)

    if pause.bell is not None and not pause.bell.listen(wake, pause.seen):
        return True
    timer = None if left_s is None else loop.call_later(left_s, resolve, False)
    try:
        return await woken
    finally:
        if timer is not None:
            timer.cancel()
        if pause.bell is not None:
            pause.bell.forget(wake)


def _wait_blocking(pause: Pause) -> bool:
    left_s = _left_s(pause)
    if left_s is not None and (pause.bell is None or pause.settled):
        time.sleep(left_s)
        return False
    woken = threading.Event()
    if pause.bell is not None and not pause.bell.listen(woken.set, pause.seen):
        return True
    try:
        return woken.wait(left_s)
    finally:
        if pause.bell is not None:
            pause.bell.forget(woken.set)


def _running_loop() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
