"""What every trace of a run keeps to, whatever the program."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from checker import lab
from checker.trace import ENDED, Blocked, Cancel, End, Lane, Ran, Trace
from checker.trace.events import PARKED


async def quick() -> None:
    """One task that ends at once."""


async def busy() -> None:
    def work(n: int) -> None:
        time.sleep(n % 3)
        with lock:
            time.sleep(1)

    async def child(n: int) -> None:
        await asyncio.sleep(n % 4)
        await asyncio.to_thread(work, n)

    lock = threading.Lock()
    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(child(n))
        await asyncio.sleep(2)
        time.sleep(1)


async def cancelled() -> None:
    async def child() -> None:
        try:
            await asyncio.sleep(9)
        finally:
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(child()) for _ in range(5)]
    await asyncio.sleep(1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def failing() -> None:
    async def child() -> None:
        await asyncio.sleep(1)
        raise ValueError

    async with asyncio.TaskGroup() as group:
        group.create_task(child())
        await asyncio.sleep(5)


async def stuck() -> None:
    await asyncio.Event().wait()


OUTCOMES = {quick: "returned", busy: "returned", cancelled: "returned", failing: "raised",
            stuck: "stuck"}  # fmt: skip


@pytest.fixture(params=list(OUTCOMES), ids=lambda program: program.__name__)
def run(request: pytest.FixtureRequest) -> tuple[Callable[[], Any], lab.Run]:
    """A program, and its run."""
    return request.param, lab.run(request.param, catch=True)


Ended = tuple[Callable[[], Any], lab.Run]


def test_it_ends_with_one_end_that_says_how(run: Ended) -> None:
    program, found = run
    ends = [event for event in found.trace if isinstance(event, End)]
    assert found.trace.events[-1] is ends[0]
    assert [end.outcome for end in ends] == [OUTCOMES[program]]
    assert ends[0].turns > 0


def test_lanes_are_numbered_as_they_begin_and_begun_by_one_that_had(run: Ended) -> None:
    lanes = [event for event in run[1].trace if isinstance(event, Lane)]
    assert [lane.lane for lane in lanes] == list(range(len(lanes)))
    assert [(lane.kind, lane.name, lane.by) for lane in lanes[:2]] == [
        ("loop", "loop", None), ("task", "main", 0),
    ]  # fmt: skip
    assert all(lane.by is not None and lane.by < lane.lane for lane in lanes[1:])
    assert len({lane.name for lane in lanes}) == len(lanes)


def test_every_event_belongs_to_a_lane_that_had_begun(run: Ended) -> None:
    begun: set[int] = set()
    for event in run[1].trace.events[:-1]:
        assert not isinstance(event, End)
        if isinstance(event, Lane):
            begun.add(event.lane)
        assert event.lane in begun


def test_events_are_complete_in_their_order(run: Ended) -> None:
    moments = []
    for event in run[1].trace.events:
        moments.append(event.t + (event.lasted if isinstance(event, Ran | Blocked) else 0))
    assert moments == sorted(moments)


def test_steps_of_one_lane_follow_each_other_and_end_once(run: Ended) -> None:
    steps: dict[int, list[Ran]] = {}
    for event in run[1].trace:
        if isinstance(event, Ran):
            steps.setdefault(event.lane, []).append(event)
    for of_lane in steps.values():
        for step, following in itertools.pairwise(of_lane):
            assert step.then in PARKED
            assert step.t + step.lasted <= following.since <= following.t
        assert all(step.since <= step.t for step in of_lane)
        assert of_lane[-1].then in (*ENDED, *PARKED)


def test_who_cancels_is_a_lane_too(run: Ended) -> None:
    program, found = run
    lanes = {event.lane for event in found.trace if isinstance(event, Lane)}
    cancels = [event for event in found.trace if isinstance(event, Cancel)]
    assert all(event.by in lanes for event in cancels)
    assert bool(cancels) == (program in (cancelled, failing))


def test_it_survives_being_written_and_read(run: Ended) -> None:
    assert Trace.load(run[1].trace.dump()) == run[1].trace


def test_the_header_says_what_it_was_made_with() -> None:
    found = lab.run(quick, cores=2, threads=7, seed=3)
    assert found.trace.header == {"cores": 2, "threads": 7, "seed": 3}
