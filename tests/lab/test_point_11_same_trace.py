"""Point 11: the same program and seed give the same trace, byte for byte.

Other processes and other hash seeds are in test_same_bytes; here are the sets by which an order
could depend on where things lie in memory.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import random
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest

from checker import lab
from checker.lab.order import WeakInOrder

ROOT = Path(__file__).parent.parent.parent
MANY = 40


async def pool_is_left() -> None:
    """Leaving a pool joins its threads, which it keeps in a set."""
    with ThreadPoolExecutor(MANY) as pool:
        for n in range(MANY):
            pool.submit(time.sleep, n * 7 % MANY + 1)


async def as_completed_of_done() -> list[int]:
    """What is done already comes in the order of a set."""
    with ThreadPoolExecutor(MANY) as pool:
        futures = {pool.submit(time.sleep, 1): n for n in range(MANY)}
        done, _ = concurrent.futures.wait(futures)
        first = [futures[future] for future in concurrent.futures.as_completed(futures)]
        return first + [futures[future] for future in done]


async def wait_for_tasks() -> list[str]:
    """asyncio.wait returns sets."""
    tasks = [asyncio.create_task(asyncio.sleep(n % 3)) for n in range(MANY)]
    done, pending = await asyncio.wait(tasks, timeout=1.5)
    for task in pending:
        task.cancel()
    return [task.get_name() for task in (*done, *pending, *asyncio.all_tasks())]


async def wait_for_gathers() -> list[int]:
    """What gather returns is a future of its own kind."""
    tasks = [asyncio.gather(asyncio.sleep(1, n)) for n in range(MANY)]
    done, _ = await asyncio.wait(tasks)
    return [future.result()[0] for future in done]


async def group_fails() -> list[int]:
    """A TaskGroup cancels its children in the order of a set."""
    ended: list[int] = []

    async def child(n: int) -> None:
        try:
            await asyncio.sleep(9)
        finally:
            ended.append(n)

    async def fail() -> None:
        await asyncio.sleep(1)
        raise ValueError

    try:
        async with asyncio.TaskGroup() as group:
            for n in range(MANY):
                group.create_task(child(n))
            group.create_task(fail())
    except* ValueError:
        pass
    return ended


async def scopes_are_cancelled() -> list[int]:
    """anyio cancels scopes within a scope in the order of a set."""
    ended: list[int] = []

    async def child(n: int) -> None:
        with anyio.CancelScope():
            try:
                await anyio.sleep(9)
            finally:
                ended.append(n)

    with anyio.move_on_after(1):
        async with anyio.create_task_group() as group:
            for n in range(MANY):
                group.start_soon(child, n)
    return ended


async def threads_in_a_set() -> list[int]:
    """A program's own sets, of threads."""
    ran: list[int] = []
    threads = {threading.Thread(target=ran.append, args=[n]) for n in range(MANY)}
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ran


async def random_pauses() -> list[float]:
    """`random` is seeded."""
    seen = []
    for _ in range(MANY):
        await asyncio.sleep(random.random())
        seen.append(time.monotonic())
    return seen


PROGRAMS: list[Callable[[], Any]] = [
    pool_is_left, as_completed_of_done, wait_for_tasks, wait_for_gathers, group_fails,
    scopes_are_cancelled, threads_in_a_set, random_pauses,
]  # fmt: skip


def _say_all() -> None:
    """For another process: every program's result and trace, after some use of the memory."""
    kept = [bytes(hash(str(n)) % 300) for n in range(hash("size") % 5000)]
    for program in PROGRAMS:
        run = lab.run(program)
        print(program.__name__, run.result, len(run.trace))
        print(run.trace.dump())
    assert len(kept) < 5000


def test_sets_have_an_order_in_every_process() -> None:
    def say(seed: int) -> str:
        env = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        code = "from tests.lab import test_point_11_same_trace as t; t._say_all()"
        command = [sys.executable, "-W", "error", "-c", code]
        return subprocess.run(
            command, env=env, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout

    with ThreadPoolExecutor(2) as pool:
        first, second, third = pool.map(say, [1, 22, 333])
    assert first.count("\n") > 500
    assert first == second == third


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
def test_a_second_run_gives_the_same_bytes(program: Callable[[], Any]) -> None:
    first, second = lab.run(program), lab.run(program)
    assert first.trace.dump() == second.trace.dump()
    assert first.trace == second.trace
    assert first.result == second.result


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (wait_for_gathers, list(range(MANY))),
        (group_fails, list(range(MANY))),
        (scopes_are_cancelled, list(range(MANY))),
        (threads_in_a_set, list(range(MANY))),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_the_order_is_that_of_creation(program: Callable[[], Any], expected: list[int]) -> None:
    assert lab.run(program).result == expected


def test_another_seed_is_another_run() -> None:
    runs = [lab.run(random_pauses, seed=seed) for seed in (0, 0, 1)]
    assert runs[0].trace == runs[1].trace
    assert runs[0].result == runs[1].result
    assert runs[0].result != runs[2].result
    assert runs[2].trace.header["seed"] == 1


def test_the_dice_of_the_caller_are_left_as_they_were() -> None:
    random.seed(7)
    expected = [random.random() for _ in range(2)]
    random.seed(7)
    found = [random.random()]
    lab.run(random_pauses)
    found.append(random.random())
    assert found == expected


def test_without_a_trace_the_program_does_the_same() -> None:
    for program in PROGRAMS:
        traced, bare = lab.run(program), lab.run(program, trace=False)
        assert bare.result == traced.result
        assert bare.elapsed_ns == traced.elapsed_ns
        assert [each[:3] for each in bare.blocked] == [each[:3] for each in traced.blocked]
        assert len(bare.trace) == 0


def test_the_lab_names_tasks_itself() -> None:
    async def work() -> str:
        task = asyncio.current_task()
        assert task is not None
        return task.get_name()

    async def main() -> list[str]:
        named = asyncio.create_task(work(), name="given")
        first = asyncio.create_task(work())
        async with asyncio.TaskGroup() as group:
            also = group.create_task(work(), name="given, too")
            second = group.create_task(work())
        return [await each for each in (named, first, also, second)]

    for _ in range(2):
        found = lab.run(main).result
        assert found == ["given", "work-1", "given, too", "work-2"]


def test_a_trace_holds_nothing_of_the_machine() -> None:
    text = "".join(lab.run(program).trace.dump() for program in PROGRAMS)
    assert str(ROOT) not in text
    assert "0x" not in text
    assert str(os.getpid()) not in text


def test_things_from_before_the_run_keep_their_hash() -> None:
    thread = threading.Thread(target=int)
    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    things: dict[Any, str] = {thread: "thread", future: "future"}

    async def main() -> list[str]:
        return [things[thread], things[future]]

    assert lab.run(main).result == ["thread", "future"]
    assert [things[thread], things[future]] == ["thread", "future"]


def test_generators_are_known_in_order_and_not_kept_alive() -> None:
    class Thing:
        pass

    known, things = WeakInOrder(), [Thing() for _ in range(5)]
    for number in (0, 1, 2, 3, 4, 0):
        known.add(things[number])
    assert list(known) == things
    known.discard(things[2])
    known.discard(things[2])
    ref = weakref.ref(things.pop(0))
    assert ref() is None
    assert len(known) == 3
    assert list(known) == [things[0], *things[2:]]
    known.clear()
    assert list(known) == []
