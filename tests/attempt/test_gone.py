"""A check whose attempt is gone ends, at once and in good order, whatever it was at."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from checker import lab
from checker.attempt import Attempt
from checker.attempt.line import Gone
from tests.attempt.walls import Process

DIES = b"""
import asyncio, os

async def die():
    await asyncio.sleep(1)
    os._exit(1)

async def die_late():
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        await asyncio.sleep(1)
        os._exit(1)
"""
Beside = Callable[[], Awaitable[object]]


@pytest.fixture
def attempt() -> Iterator[Attempt]:
    process = Process()
    yield process.load(DIES, "/course/work/01_made/up.py")
    process.end()


async def nothing() -> None:
    """Nothing else goes on."""


async def a_thread_that_ends_before() -> None:
    threading.Thread(target=time.sleep, args=[0.5]).start()


async def a_thread_that_sleeps() -> None:
    threading.Thread(target=time.sleep, args=[5]).start()


def go_on() -> None:
    """Until the end of all things."""
    while True:
        time.sleep(0.7)


async def a_job_that_never_ends() -> object:
    return asyncio.get_running_loop().run_in_executor(None, go_on)


@pytest.mark.parametrize(
    "beside", [nothing, a_thread_that_ends_before, a_thread_that_sleeps, a_job_that_never_ends]
)
def test_a_check_comes_to_its_finally(beside: Beside, attempt: Attempt) -> None:
    seen = []

    async def main() -> None:
        kept = await beside()
        task = asyncio.create_task(attempt.call("die"))
        try:
            await asyncio.sleep(2)
        finally:
            seen.append("finally")
            await asyncio.sleep(3)
            seen.append("to its end")
            del kept
        await task

    assert type(lab.run(main, catch=True).error) is Gone
    assert seen == ["finally", "to its end"]


def test_so_does_a_call_that_was_being_cancelled(attempt: Attempt) -> None:
    seen = []

    async def call() -> None:
        try:
            await attempt.call("die_late")
        finally:
            seen.append("finally")

    async def main() -> None:
        task = asyncio.create_task(call())
        await asyncio.sleep(1)
        assert not task.done()

    assert type(lab.run(main, catch=True).error) is Gone
    assert seen == ["finally"]
