"""However a run ends, nothing of it is left, and errors come out as they went in."""

from __future__ import annotations

import asyncio
import datetime
import gc
import random
import threading
import time
import traceback
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from checker import lab
from checker.lab.clock import Strand
from checker.lab.machine import Machine
from checker.lab.originals import monotonic
from tests.lab.installed import snapshot
from tests.lab.places import place

Main = Callable[[], Any]


class Odd(BaseException):
    """No Exception, and it takes no attributes."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):
            raise AttributeError(name)
        super().__setattr__(name, value)


async def returns() -> int:
    await asyncio.to_thread(time.sleep, 1)
    return 1


async def raises() -> None:
    await asyncio.sleep(1)
    raise ValueError("mine")


async def raises_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(raises())
        group.create_task(returns())


async def exits() -> None:
    raise SystemExit(3)


async def exits_in_a_task() -> None:
    await asyncio.create_task(exits())


async def interrupts_itself() -> None:
    raise KeyboardInterrupt


async def cancels_itself() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(1)


async def raises_something_odd() -> None:
    raise Odd


async def raises_in_a_thread() -> None:
    def job() -> None:
        raise ValueError("mine")

    await asyncio.to_thread(job)


async def waits_for_ever() -> None:
    await asyncio.Event().wait()


async def waits_for_ever_on_the_loop() -> None:
    threading.Event().wait()


async def spins_with_sleep_0() -> None:
    while True:
        await asyncio.sleep(0)


async def leaves_everything_behind() -> None:
    async def background() -> None:
        await asyncio.sleep(100)

    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2

    asyncio.get_running_loop().tasks = [asyncio.create_task(background())]  # type: ignore[attr-defined]
    threading.Thread(target=time.sleep, args=(100,)).start()
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    asyncio.get_running_loop().call_later(50, print)
    ThreadPoolExecutor(2).submit(time.sleep, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        background().close()
    async for _ in numbers():
        break


ENDS: list[tuple[Main, type[BaseException] | None]] = [
    (returns, None),
    (leaves_everything_behind, None),
    (raises, ValueError),
    (raises_a_group, ExceptionGroup),
    (raises_in_a_thread, ValueError),
    (raises_something_odd, Odd),
    (exits, SystemExit),
    (exits_in_a_task, SystemExit),
    (interrupts_itself, KeyboardInterrupt),
    (cancels_itself, asyncio.CancelledError),
    (waits_for_ever, lab.Deadlock),
    (waits_for_ever_on_the_loop, lab.Deadlock),
    (spins_with_sleep_0, lab.Livelock),
]


@pytest.mark.parametrize(("main", "error"), ENDS, ids=[main.__name__ for main, _ in ENDS])
def test_nothing_is_left_of_a_run_that(
    main: Main,
    error: type[BaseException] | None,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    before, dice = snapshot(), random.getstate()
    if error is None:
        lab.run(main)
    else:
        with pytest.raises(error):
            lab.run(main)
    assert snapshot() == before
    assert random.getstate() == dice
    gc.collect()
    assert caplog.records == []

    began = monotonic()
    time.sleep(0.001)
    assert monotonic() - began >= 0.001
    written = tmp_path / "now"
    written.touch()
    for now in (time.time(), datetime.datetime.now(datetime.UTC).timestamp()):
        assert abs(now - written.stat().st_mtime) < 60
    lock = threading.Lock()
    with lock:
        thread = threading.Thread(target=lock.acquire)
        thread.start()
    thread.join()
    assert lock.locked()
    assert lab.run(returns).elapsed == 1


def test_the_loop_that_ran_before_runs_on() -> None:
    async def outer() -> list[float]:
        loop = asyncio.get_running_loop()
        other = asyncio.create_task(asyncio.sleep(0.001))
        elapsed = [lab.run(returns).elapsed for _ in range(2)]
        with pytest.raises(ValueError, match="mine"):
            lab.run(raises)
        assert asyncio.get_running_loop() is loop
        assert asyncio.current_task() is not None
        await other
        return elapsed

    assert asyncio.run(outer()) == [1, 1]


# Errors of the program come out as they went in.


def test_an_error_is_the_same_object_and_has_the_run() -> None:
    mine = ValueError("mine")

    async def main() -> None:
        await asyncio.sleep(2)
        raise mine

    with pytest.raises(ValueError, match="mine") as caught:
        lab.run(main)
    assert caught.value is mine
    run: lab.Run = mine.run  # type: ignore[attr-defined]
    assert run.error is mine
    assert run.elapsed == 2
    assert run.trace.outcome == "raised"
    assert not hasattr(mine, "__notes__")


def test_with_catch_an_error_is_kept_and_the_result_raises_it() -> None:
    run = lab.run(raises, catch=True)
    assert isinstance(run.error, ValueError)
    for _ in range(3):
        with pytest.raises(ValueError, match="mine") as caught:
            _ = run.result
        assert len(caught.traceback) == 3, "this test, Run.result and main: no more each time"


def test_catch_keeps_a_cancellation_but_no_exit() -> None:
    assert isinstance(lab.run(cancels_itself, catch=True).error, asyncio.CancelledError)
    for main in (exits, interrupts_itself):
        with pytest.raises((SystemExit, KeyboardInterrupt)):
            lab.run(main, catch=True)


def test_a_traceback_shows_the_program_and_little_else() -> None:
    with pytest.raises(ValueError, match="mine") as caught:
        lab.run(raises)
    shown = [entry.name for entry in traceback.extract_tb(caught.value.__traceback__)]
    me = "test_a_traceback_shows_the_program_and_little_else"
    assert shown == [me, "run", "finish", "raises"]


@pytest.mark.parametrize(
    "main", [exits, exits_in_a_task, interrupts_itself, raises, cancels_itself]
)
def test_how_main_ended_is_no_leak(main: Main) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (each has another one)
        lab.run(main)
    run: lab.Run = caught.value.run  # type: ignore[attr-defined]
    assert run.leaks == []


# A program that swallows what the lab raises in it still ends.


def test_a_deadlock_that_is_caught_still_ends_the_run_as_stuck() -> None:
    async def main() -> str:
        lock = threading.Lock()
        lock.acquire()
        with suppress(BaseException):
            lock.acquire()
        return "fine"

    with pytest.raises(lab.Deadlock) as caught:
        lab.run(main)
    assert caught.value.run is not None
    assert caught.value.run.trace.outcome == "stuck"


@pytest.mark.parametrize("swallowed", [Exception, BaseException])
def test_a_deadlock_that_is_caught_in_a_loop_ends_the_loop(
    swallowed: type[BaseException],
) -> None:
    async def main() -> None:
        event = threading.Event()
        while True:
            with suppress(swallowed):
                event.wait()

    with pytest.raises(lab.Deadlock):
        lab.run(main)


def test_a_livelock_that_is_caught_still_ends_the_run() -> None:
    async def main() -> None:
        while True:
            with suppress(BaseException):
                await asyncio.sleep(0)

    with pytest.raises(lab.Livelock):
        lab.run(main, turns=100)


# Between the end of main and the end of the run.


def test_pending_tasks_are_cancelled_and_may_clean_up_in_virtual_time() -> None:
    seen: list[float] = []

    async def background() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(5)
            seen.append(asyncio.get_running_loop().time())

    async def main() -> None:
        task = asyncio.create_task(background())
        await asyncio.sleep(1)
        assert not task.done()

    run = lab.run(main)
    assert seen == [6]
    assert run.elapsed == 1, "it is when main ended"


def test_a_task_that_swallows_its_cancellation_for_ever_is_named() -> None:
    async def ticker() -> None:
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(7)

    async def main() -> None:
        task = asyncio.create_task(ticker())
        await asyncio.sleep(1)
        assert not task.done()

    with pytest.raises(lab.Livelock) as caught:
        lab.run(main, turns=1000)
    text = str(caught.value)
    assert "main has ended" in text
    assert f"ticker-1, in asyncio.sleep at {place(ticker, 'sleep(7)')}" in text
    assert "Let CancelledError pass" in text


def test_a_worker_that_waits_for_ever_keeps_the_program_from_ending() -> None:
    async def main() -> None:
        event = threading.Event()
        task = asyncio.create_task(asyncio.to_thread(event.wait))
        await asyncio.sleep(1)
        assert not task.done()

    with pytest.raises(lab.Deadlock) as caught:
        lab.run(main)
    text = str(caught.value)
    assert text.startswith("main has ended, but the program is stuck at 1 s")
    assert "thread-1 waits for Event.wait" in text


@pytest.mark.parametrize("daemon", [True, False])
def test_a_thread_that_still_sleeps_is_a_leak_and_is_ended(daemon: bool) -> None:
    seen: list[str] = []

    def sleeper() -> None:
        try:
            time.sleep(100)
        finally:
            seen.append(threading.current_thread().name)

    async def main() -> None:
        for name in ("first", "second", "third"):
            threading.Thread(target=sleeper, name=name, daemon=daemon).start()
        await asyncio.sleep(1)

    run = lab.run(main)
    assert [(leak.kind, leak.what, leak.where) for leak in run.leaks] == [
        ("thread", f"{name} had not ended", place(sleeper, "sleep(100)"))
        for name in ("first", "second", "third")
    ]
    assert seen == ["first", "second", "third"], "one after the other, in order"


def test_ten_thousand_pending_tasks_end_at_once() -> None:
    ended = 0

    async def background() -> None:
        nonlocal ended
        try:
            await asyncio.sleep(100)
        finally:
            ended += 1

    async def main() -> None:
        tasks = [asyncio.create_task(background()) for _ in range(10_000)]
        await asyncio.sleep(1)
        assert not any(task.done() for task in tasks)

    began = monotonic()
    run = lab.run(main)
    assert ended == len(run.leaks) == 10_000
    assert monotonic() - began < 10


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_a_pool_made_outside_works_in_two_runs_one_after_the_other(
    pool: ThreadPoolExecutor,
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, time.sleep, 1) for _ in range(4)))

    runs = [lab.run(main) for _ in range(2)]
    assert [run.elapsed for run in runs] == [2, 2]
    assert runs[0].trace == runs[1].trace
    assert [leak.kind for leak in runs[0].leaks] == ["pool"]


def test_jobs_that_one_run_left_in_a_pool_are_not_done_by_the_next(
    pool: ThreadPoolExecutor,
) -> None:
    done: list[str] = []

    def job(name: str) -> None:
        time.sleep(1)
        done.append(name)

    async def first() -> None:
        for number in range(6):
            pool.submit(job, f"first {number}")
        await asyncio.sleep(1.5)

    async def second() -> None:
        await asyncio.get_running_loop().run_in_executor(pool, job, "second")

    lab.run(first)
    assert lab.run(second).elapsed == 1
    assert done == ["first 0", "first 1", "second"]


def test_the_machine_is_gone_when_its_run_is_over() -> None:
    def parts() -> list[object]:
        return [thing for thing in gc.get_objects() if type(thing) in (Machine, Strand)]

    async def main() -> None:
        await asyncio.gather(*[asyncio.to_thread(time.sleep, 1) for _ in range(5)])

    gc.collect()
    gc.disable()
    try:
        before = parts()
        run = lab.run(main)
        left = [thing for thing in parts() if not any(thing is old for old in before)]
    finally:
        gc.enable()
    assert run.elapsed == 1
    assert left == []
