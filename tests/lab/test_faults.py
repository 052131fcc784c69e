"""Faults: a program is cancelled at each of its suspensions, and replayed under seeds."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import suppress
from typing import Any

import anyio
import pytest

from checker import lab
from checker.lab.faults import Fault, cancel_everywhere, disconnect_everywhere, seeds
from checker.trace import Cancel
from tests.lab.places import place


async def three_waits() -> str:
    await asyncio.sleep(1)
    await asyncio.sleep(0)
    await asyncio.to_thread(time.sleep, 1)
    return "done"


def test_a_program_runs_once_for_each_of_its_suspensions() -> None:
    runs = cancel_everywhere(three_waits)
    assert [run.fault for run in runs] == [
        Fault("cancelled", 0, place(three_waits, "sleep(1)"), "asyncio.sleep"),
        Fault("cancelled", 1, place(three_waits, "sleep(0)"), "asyncio.sleep"),
        Fault("cancelled", 2, place(three_waits, "to_thread"), "asyncio.to_thread"),
    ]
    assert [type(run.error) for run in runs] == [asyncio.CancelledError] * 3
    assert [run.elapsed for run in runs] == [0, 1, 1]


def test_each_run_has_its_cancellation_in_the_trace() -> None:
    for run in cancel_everywhere(three_waits):
        cancels = [event for event in run.trace if isinstance(event, Cancel)]
        assert [event.lane for event in cancels] == [1]


def test_it_finds_the_one_place_at_which_something_is_lost() -> None:
    async def transfer(accounts: dict[str, int]) -> None:
        accounts["a"] -= 10
        await asyncio.sleep(1)
        accounts["b"] += 10
        await asyncio.sleep(2)

    async def main() -> dict[str, int]:
        accounts = {"a": 100, "b": 0}
        with suppress(asyncio.CancelledError):
            await transfer(accounts)
        return accounts

    runs = cancel_everywhere(main)
    lost = [run.fault.at for run in runs if run.fault and sum(run.result.values()) != 100]
    assert len(runs) == 2
    assert lost == [place(transfer, "sleep(1)")]


def test_what_was_cancelled_may_clean_up_and_hold_out() -> None:
    async def stubborn() -> str:
        for _ in range(3):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                await asyncio.sleep(5)
        return "survived"

    runs = cancel_everywhere(stubborn)
    assert [run.result for run in runs] == ["survived"] * 3
    assert [run.elapsed for run in runs] == [7, 7, 7]


def test_what_is_left_behind_is_listed_run_by_run() -> None:
    kept: list[Any] = []

    async def careless() -> None:
        kept.append(asyncio.create_task(asyncio.sleep(50)))
        await asyncio.sleep(1)
        kept[-1].cancel()
        await asyncio.sleep(1)

    first, second = cancel_everywhere(careless)
    assert [leak.kind for leak in first.leaks] == ["task"]
    assert second.leaks == []


def test_another_task_can_be_the_one() -> None:
    async def worker() -> None:
        await asyncio.sleep(1)
        await asyncio.sleep(2)

    async def main() -> str:
        task = asyncio.create_task(worker(), name="worker")
        await asyncio.wait([task])
        return "cancelled" if task.cancelled() else "ended"

    runs = cancel_everywhere(main, task="worker")
    assert [run.result for run in runs] == ["cancelled", "cancelled"]
    assert [run.fault.at for run in runs if run.fault] == [
        place(worker, "sleep(1)"), place(worker, "sleep(2)"),
    ]  # fmt: skip


def test_arguments_and_the_size_of_the_machine_are_passed_on() -> None:
    async def main(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return random.random()

    (run,) = cancel_everywhere(main, 3, cores=2, threads=5, seed=7)
    assert run.trace.header == {"cores": 2, "threads": 5, "seed": 7}
    assert [run.elapsed for run in seeds(main, 3, n=2)] == [3, 3]


def test_a_program_of_anyio_is_cancelled_inside_of_its_groups() -> None:
    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 1)
            await anyio.sleep(2)

    runs = cancel_everywhere(main)
    assert runs
    assert {type(run.error) for run in runs} == {asyncio.CancelledError}
    assert all(run.leaks == [] for run in runs)


def test_the_same_faults_give_the_same_traces() -> None:
    first, second = cancel_everywhere(three_waits), cancel_everywhere(three_waits)
    assert [run.trace.dump() for run in first] == [run.trace.dump() for run in second]


def test_a_program_that_fails_by_itself_is_not_even_begun() -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise KeyError("x")

    with pytest.raises(KeyError):
        cancel_everywhere(main)


def test_a_program_that_never_waits_has_no_moment_to_be_cancelled_at() -> None:
    async def main() -> None:
        """Waits for nothing."""

    with pytest.raises(lab.WrongUse, match="no task named 'main' was ever suspended"):
        cancel_everywhere(main)
    with pytest.raises(lab.WrongUse, match="no task named 'nobody'"):
        cancel_everywhere(three_waits, task="nobody")


def test_a_program_with_too_many_moments_is_refused() -> None:
    with pytest.raises(lab.WrongUse, match="suspended 3 times, and the limit is 2 runs"):
        cancel_everywhere(three_waits, limit=2)
    assert len(cancel_everywhere(three_waits, limit=3)) == 3


# Seeds.


async def jitter() -> list[float]:
    seen = []
    for _ in range(3):
        await asyncio.sleep(random.random())
        seen.append(time.monotonic())
    return seen


def test_seeds_replays_under_different_schedules_the_same_each_time() -> None:
    runs = seeds(jitter, n=10)
    assert [run.fault for run in runs] == [Fault("seed", n, "", "") for n in range(10)]
    assert len({tuple(run.result) for run in runs}) == 10
    assert [run.result for run in seeds(jitter, n=10)] == [run.result for run in runs]
    assert runs[0].result == lab.run(jitter).result


def test_a_run_of_a_seed_can_be_repeated_alone() -> None:
    assert seeds(jitter, n=5)[4].trace == lab.run(jitter, seed=4).trace


def test_a_seed_that_fails_does_not_end_the_series() -> None:
    async def main() -> None:
        if random.random() < 0.5:
            raise ValueError("unlucky")

    errors = [type(run.error).__name__ for run in seeds(main, n=20)]
    assert set(errors) == {"NoneType", "ValueError"}


@pytest.mark.parametrize("n", [0, -1])
def test_no_seeds_are_a_mistake(n: int) -> None:
    with pytest.raises(lab.WrongUse, match="at least one seed"):
        seeds(jitter, n=n)


# A client that leaves.


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return
    await asyncio.sleep(2)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for chunk in (b"a", b"b"):
        await asyncio.sleep(1)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def test_a_client_leaves_after_each_message_in_turn() -> None:
    runs = disconnect_everywhere(app, "/")
    assert [run.fault.number for run in runs if run.fault] == list(range(len(runs)))
    assert len(runs) == 4
    assert str(runs[0].fault) == (
        f"disconnected after 0 messages, the handler at {place(app, 'sleep(2)')}, "
        "waiting for asyncio.sleep"
    )


def test_an_endless_response_is_left_after_so_many_messages() -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await asyncio.sleep(1)
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    runs = disconnect_everywhere(endless, "/", limit=7, patience=5)
    assert [run.fault.number for run in runs if run.fault] == list(range(7))
    assert [round(run.elapsed, 3) for run in runs] == [5, 5, 6, 7, 8, 9, 10]
    for run in runs:
        (leak,) = run.leaks
        assert (leak.kind, leak.where) == ("task", place(endless, "sleep(1)"))
        assert leak.what == "GET / was still pending, waiting for asyncio.sleep"


# How a fault reads, and what ends a series.


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("cancelled", 2, "app.py:7", "asyncio.sleep"),
         "cancelled at app.py:7, waiting for asyncio.sleep"),
        (Fault("cancelled", 0, "", ""), "cancelled"),
        (Fault("seed", 12, "", ""), "with seed 12"),
        (Fault("disconnected", 3, "app.py:7", "Queue.get"),
         "disconnected after 3 messages, the handler at app.py:7, waiting for Queue.get"),
        (Fault("disconnected", 1, "", ""), "disconnected after 1 messages"),
    ],
)  # fmt: skip
def test_a_fault_says_what_was_done_and_where(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_the_headline_of_a_run_begins_with_the_fault() -> None:
    (first, *_) = cancel_everywhere(three_waits)
    assert first.headline() == (
        f"cancelled at {place(three_waits, 'sleep(1)')}, waiting for asyncio.sleep: "
        "raised CancelledError after 0 s"
    )


def test_ctrl_c_ends_the_whole_series() -> None:
    begun: list[int] = []

    async def main() -> None:
        begun.append(len(begun))
        await asyncio.sleep(1)
        if len(begun) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        seeds(main, n=10)
    assert len(begun) == 3


def test_a_program_that_exits_ends_the_whole_series() -> None:
    async def main() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        seeds(main, n=10)
