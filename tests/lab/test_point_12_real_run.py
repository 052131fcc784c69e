"""Point 12: the same program runs on the real loop and clock, with the same trace."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from checker import lab
from checker.lab import real
from checker.trace import Blocked, Cancel, End, Event, Lane, Ran, Report

# Steps that are far enough from each other that no real machine mixes them up.
STEP = 0.05


async def tasks() -> None:
    async with asyncio.TaskGroup() as group:
        for n in (3, 1, 2):
            group.create_task(asyncio.sleep(n * STEP))


async def blocks() -> None:
    task = asyncio.create_task(asyncio.sleep(STEP))
    await asyncio.sleep(0)
    time.sleep(2 * STEP)
    await task


async def threads() -> None:
    await asyncio.gather(
        asyncio.to_thread(time.sleep, STEP), asyncio.to_thread(time.sleep, 2 * STEP)
    )


async def cancels() -> None:
    task = asyncio.create_task(asyncio.sleep(9))
    await asyncio.sleep(STEP)
    task.cancel()
    await asyncio.wait([task])


async def limits() -> None:
    try:
        async with asyncio.timeout(STEP):
            await asyncio.Event().wait()
    except TimeoutError:
        pass


def told(events: list[Event]) -> list[tuple[Any, ...]]:
    """What happened, in order, without its times. Idle workers of a pool are not compared: when
    the real one begins to wait for its first job depends on the machine."""
    names = {event.lane: event.name for event in events if isinstance(event, Lane)}
    found: list[tuple[Any, ...]] = []
    for event in events:
        if isinstance(event, Lane):
            found.append(("lane", event.kind, event.name, names.get(event.by or 0), event.at))
        elif isinstance(event, Ran) and event.then != "idle":
            found.append(("ran", names[event.lane], event.then, event.on, event.at))
        elif isinstance(event, Blocked):
            found.append(("blocked", names[event.lane], event.on, event.at))
        elif isinstance(event, Cancel):
            found.append(("cancel", names[event.lane], names[event.by], event.at))
        elif isinstance(event, Report):
            found.append(("report", names[event.lane], event.kind, event.at))
        elif isinstance(event, End):
            found.append(("end", event.outcome))
    return found


@pytest.mark.parametrize("program", [tasks, blocks, cancels, limits], ids=lambda p: p.__name__)
def test_the_trace_tells_the_same_story(program: Callable[[], Any]) -> None:
    virtual, actual = lab.run(program), real.run(program)
    assert told(actual.trace.events) == told(virtual.trace.events)
    assert actual.elapsed >= virtual.elapsed - 0.001


def test_threads_tell_the_same_story_each() -> None:
    """Which of two threads runs first is left to chance for real; what each does is not."""
    stories = []
    for run in (lab.run(threads), real.run(threads)):
        events = told(run.trace.events)
        names = sorted({event[1] for event in events if event[0] == "ran"})
        stories.append({name: [e for e in events if e[:2] == ("ran", name)] for name in names})
    assert stories[0] == stories[1]
    assert [name for name in stories[0] if name.startswith("thread")] == ["thread-1", "thread-2"]


def test_the_steps_of_the_real_trace_are_on_the_real_clock() -> None:
    run = real.run(blocks)
    assert run.trace.header["clock"] == "real"
    held = [event for event in run.trace if isinstance(event, Blocked)]
    assert [event.on for event in held] == ["time.sleep(0.1)"]
    assert held[0].lasted >= 2 * STEP * 10**9
    assert run.blocked[0].seconds >= 2 * STEP
    late = [event for event in run.trace if isinstance(event, Ran) and event.t > event.since]
    assert max(event.t - event.since for event in late) >= STEP * 10**9 * 0.9


def test_times_never_run_backwards_and_the_end_is_last() -> None:
    for program in (tasks, blocks, threads, cancels, limits):
        events = real.run(program).trace.events
        assert isinstance(events[-1], End)
        moments = [e.t + (e.lasted if isinstance(e, Ran | Blocked) else 0) for e in events[:-1]]
        assert all(moment <= events[-1].t for moment in moments)
        assert min(moments) >= 0


def test_results_and_errors_come_out_as_of_a_run_in_the_lab() -> None:
    async def give(value: int) -> int:
        return value

    async def fail() -> None:
        raise KeyError("x")

    assert real.run(give, 7).result == 7
    with pytest.raises(KeyError) as raised:
        real.run(fail)
    assert raised.value.run.error is raised.value  # type: ignore[attr-defined]
    run = real.run(fail, catch=True)
    assert isinstance(run.error, KeyError)
    assert [event.outcome for event in run.trace if isinstance(event, End)] == ["raised"]


def test_leaks_are_found_for_real_as_well() -> None:
    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(asyncio.sleep(9), name="left")
        await asyncio.sleep(0)
        return task

    run = real.run(main)
    assert [(leak.kind, leak.what.partition(" ")[0]) for leak in run.leaks] == [("task", "left")]
    assert run.result.cancelled()


def test_the_limit_of_threads_is_set_for_real_as_well() -> None:
    from anyio.to_thread import current_default_thread_limiter

    async def main() -> float:
        return current_default_thread_limiter().total_tokens

    assert real.run(main).result == 40
    assert real.run(main, threads=3).result == 3


def test_it_runs_beside_a_loop_that_runs_already() -> None:
    """As in a notebook. The program is in another thread then, and the caller waits."""

    async def where() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    async def notebook() -> tuple[str, str]:
        run = real.run(where)
        await asyncio.sleep(0)
        return run.result, threading.current_thread().name

    assert asyncio.run(notebook()) == ("lab.real.run", "MainThread")


def test_an_error_beside_a_running_loop_comes_out_too() -> None:
    async def fail() -> None:
        raise KeyError("x")

    async def notebook() -> None:
        real.run(fail)

    with pytest.raises(KeyError):
        asyncio.run(notebook())


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("inner", [lab.run, real.run])
@pytest.mark.parametrize("outer", [lab.run, real.run])
def test_a_run_inside_of_a_run_is_refused(
    outer: Callable[..., Any], inner: Callable[..., Any], in_thread: bool
) -> None:
    async def main() -> None:
        if in_thread:
            await asyncio.to_thread(inner, tasks)
        else:
            inner(tasks)

    with pytest.raises(lab.WrongUse, match="inside of"):
        outer(main)


def test_time_is_real_again_for_the_real_run() -> None:
    async def main() -> tuple[float, float]:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        return before, time.monotonic()

    outside = time.monotonic()
    before, after = real.run(main).result
    assert outside <= before
    assert before + 0.01 <= after + 0.001
    assert after <= time.monotonic()


def test_a_task_that_a_thread_wakes_could_run_before_the_loop_is_free() -> None:
    async def wait(future: asyncio.Future[None]) -> None:
        await future

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        waits = asyncio.create_task(wait(future), name="waits")
        await asyncio.sleep(0)
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(future.set_result, None))
        thread.start()
        thread.join()
        time.sleep(STEP)
        await waits

    for run in (lab.run(main), lab.real.run(main)):
        (lane,) = [e.lane for e in run.trace if isinstance(e, Lane) and e.name == "waits"]
        woken = [event for event in run.trace if isinstance(event, Ran) and event.lane == lane][-1]
        assert woken.t - woken.since >= round(STEP * 1e9)
