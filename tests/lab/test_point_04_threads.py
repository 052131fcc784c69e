"""Point 4: threads sleep on the same clock, one runs at a time, and the real limits hold."""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from checker import lab
from checker.trace import Got, Lane, Ran

MODULE_POOL = ThreadPoolExecutor(2, thread_name_prefix="kept")
USED_POOL = ThreadPoolExecutor(2)
USER = contextvars.ContextVar("USER", default="nobody")


async def _to_thread(job: Callable[[], None]) -> None:
    await asyncio.to_thread(job)


async def _executor(job: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, job)


async def _anyio(job: Callable[[], None]) -> None:
    await anyio.to_thread.run_sync(job)


Road = Callable[[Callable[[], None]], Awaitable[None]]


def _run(road: Road, jobs: int, cores: int = 4, threads: int = 40) -> lab.Run:
    def job() -> None:
        time.sleep(1)

    async def main() -> None:
        await asyncio.gather(*(road(job) for _ in range(jobs)))

    return lab.run(main, cores=cores, threads=threads)


# The limits.


@pytest.mark.parametrize(("cores", "threads"), [(1, 5), (2, 6), (4, 8), (16, 20), (64, 32)])
@pytest.mark.parametrize("road", [_to_thread, _executor])
def test_the_default_executor_has_cores_plus_four_threads_and_at_most_32(
    road: Road, cores: int, threads: int
) -> None:
    run = _run(road, 100, cores=cores)
    assert run.elapsed == ceil(100 / threads)
    assert sum(isinstance(event, Lane) and event.kind == "thread" for event in run.trace) == threads


@pytest.mark.parametrize(
    ("jobs", "elapsed"), [(1, 1), (40, 1), (41, 2), (80, 2), (81, 3), (100, 3)]
)
def test_anyio_has_forty_tokens(jobs: int, elapsed: int) -> None:
    assert _run(_anyio, jobs).elapsed == elapsed


@pytest.mark.parametrize(("threads", "elapsed"), [(1, 17), (8, 3), (17, 1), (100, 1)])
def test_the_declared_size_is_the_number_of_tokens(threads: int, elapsed: int) -> None:
    assert _run(_anyio, 17, threads=threads).elapsed == elapsed


def test_the_size_of_the_host_plays_no_part() -> None:
    async def main() -> tuple[int | None, int]:
        return os.cpu_count(), ThreadPoolExecutor()._max_workers

    assert lab.run(main, cores=3).result == (3, 7)
    assert lab.run(main, cores=100).result == (100, 32)


def test_the_two_pools_are_two() -> None:
    async def main() -> None:
        jobs = [asyncio.to_thread(time.sleep, 1) for _ in range(8)]
        more = [anyio.to_thread.run_sync(time.sleep, 1) for _ in range(40)]
        await asyncio.gather(*jobs, *more)

    assert lab.run(main).elapsed == 1


def test_the_default_executor_is_one_for_both_of_its_roads() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        jobs = [asyncio.to_thread(time.sleep, 1) for _ in range(8)]
        more = [loop.run_in_executor(None, time.sleep, 1) for _ in range(8)]
        await asyncio.gather(*jobs, *more)

    assert lab.run(main).elapsed == 2


def test_a_limiter_of_ones_own_limits() -> None:
    async def main() -> None:
        limiter = anyio.CapacityLimiter(3)
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(lambda: anyio.to_thread.run_sync(time.sleep, 1, limiter=limiter))

    assert lab.run(main).elapsed == 4


def test_an_executor_of_ones_own_limits() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(3) as pool:
            await asyncio.gather(*(loop.run_in_executor(pool, time.sleep, 1) for _ in range(10)))

    assert lab.run(main).elapsed == 4


def test_tokens_can_be_set_while_the_program_runs() -> None:
    async def main() -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 80
        await asyncio.gather(*(anyio.to_thread.run_sync(time.sleep, 0.5) for _ in range(80)))

    assert lab.run(main).elapsed == 0.5


def test_bare_threads_have_no_limit() -> None:
    async def main() -> None:
        threads = [threading.Thread(target=time.sleep, args=[1]) for _ in range(300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)

    assert lab.run(main, cores=1).elapsed == 1


def test_a_job_that_waited_for_a_thread_says_which_it_got() -> None:
    run = _run(_to_thread, 7, cores=1)
    names = {event.lane: event.name for event in run.trace if isinstance(event, Lane)}
    got = [event for event in run.trace if isinstance(event, Got)]
    assert [(event.t, event.on) for event in got] == [(10**9, "thread-1"), (10**9, "thread-2")]
    assert [names[event.lane] for event in got] == ["_to_thread-6", "_to_thread-7"]


# One at a time, in order.


def test_threads_wake_one_by_one_in_the_order_of_their_deadlines() -> None:
    async def main() -> list[tuple[str, float]]:
        woken: list[tuple[str, float]] = []

        def nap(name: str, seconds: float) -> None:
            time.sleep(seconds)
            woken.append((name, time.monotonic()))

        naps = [("a", 3), ("b", 1), ("c", 2), ("d", 1), ("e", 3)]
        await asyncio.gather(*(asyncio.to_thread(nap, *each) for each in naps))
        return woken

    assert lab.run(main).result == [("b", 1), ("d", 1), ("c", 2), ("a", 3), ("e", 3)]


def test_a_thread_runs_until_it_waits_so_nothing_comes_between() -> None:
    async def main() -> tuple[int, int]:
        counts = {"whole": 0, "torn": 0}

        def add() -> None:
            seen = counts["whole"]
            sum(range(1000))
            counts["whole"] = seen + 1
            seen = counts["torn"]
            time.sleep(0)
            counts["torn"] = seen + 1

        threads = [threading.Thread(target=add) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return counts["whole"], counts["torn"]

    # A sleep between reading and writing loses updates: here all begin before the first goes on.
    assert lab.run(main).result == (200, 1)


def test_a_new_thread_begins_when_the_one_that_made_it_waits() -> None:
    async def main() -> list[str]:
        ran: list[str] = []
        thread = threading.Thread(target=ran.append, args=["thread"])
        thread.start()
        ran.append("main goes on")
        await asyncio.sleep(0)
        ran.append("main again")
        thread.join()
        return ran

    assert lab.run(main).result == ["main goes on", "thread", "main again"]


def test_threads_start_threads() -> None:
    async def main() -> list[tuple[int, float]]:
        ended: list[tuple[int, float]] = []

        def descend(depth: int) -> None:
            time.sleep(1)
            if depth:
                child = threading.Thread(target=descend, args=[depth - 1])
                child.start()
                child.join()
            ended.append((depth, time.monotonic()))

        await asyncio.to_thread(descend, 3)
        return ended

    assert lab.run(main).result == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_a_thread_may_start_and_join_others_while_it_holds_a_lock() -> None:
    async def main() -> list[str]:
        lock, ran = threading.Lock(), []

        def inner() -> None:
            ran.append("inner waits for the lock")
            with lock:
                ran.append("inner has it")

        def outer() -> None:
            with lock:
                thread = threading.Thread(target=inner)
                thread.start()
                thread.join(timeout=1)
                ran.append(f"outer gave up at {time.monotonic():g}")
            thread.join()

        await asyncio.to_thread(outer)
        return ran

    assert lab.run(main).result == [
        "inner waits for the lock", "outer gave up at 1", "inner has it",
    ]  # fmt: skip


def test_the_trace_shows_what_a_thread_does() -> None:
    async def main() -> None:
        def work() -> None:
            time.sleep(2)

        thread = threading.Thread(target=work, name="worker")
        thread.start()
        await asyncio.sleep(5)
        thread.join()

    run = lab.run(main)
    (lane,) = [event for event in run.trace if isinstance(event, Lane) and event.kind == "thread"]
    assert (lane.t, lane.name, lane.by) == (0, "worker", 1)
    steps = [event for event in run.trace if isinstance(event, Ran) and event.lane == lane.lane]
    shown = [(step.t, step.lasted, step.then, step.on) for step in steps]
    assert shown == [(0, 0, "sleeping", "time.sleep(2)"), (2 * 10**9, 0, "returned", "")]


# The other roads.


def test_timers_of_threading_fire_on_the_clock() -> None:
    async def main() -> list[tuple[str, float]]:
        fired: list[tuple[str, float]] = []

        def fire(name: str) -> None:
            fired.append((name, time.monotonic()))

        timers = [threading.Timer(delay, fire, [f"after {delay}"]) for delay in (3, 1, 2)]
        for timer in timers:
            timer.start()
        timers[2].cancel()
        for timer in timers:
            timer.join()
        return fired

    assert lab.run(main).result == [("after 1", 1), ("after 3", 3)]


def test_a_subclass_of_thread_runs_its_own_run() -> None:
    class Worker(threading.Thread):
        def __init__(self) -> None:
            super().__init__(daemon=True)
            self.ended_at = -1.0

        def run(self) -> None:
            time.sleep(1.5)
            self.ended_at = time.monotonic()

    async def main() -> tuple[bool, float, bool]:
        worker = Worker()
        worker.start()
        await asyncio.sleep(1)
        alive = worker.is_alive()
        worker.join()
        return alive, worker.ended_at, worker.is_alive()

    assert lab.run(main).result == (True, 1.5, False)


def test_a_worker_calls_into_the_loop_and_waits_for_the_answer() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[str, float]] = []

        async def answer(name: str) -> str:
            await asyncio.sleep(1)
            return name

        def by_asyncio() -> None:
            name = asyncio.run_coroutine_threadsafe(answer("asyncio"), loop).result()
            seen.append((name, time.monotonic()))

        def by_anyio() -> None:
            name = anyio.from_thread.run(answer, "anyio")
            seen.append((name, time.monotonic()))

        await asyncio.to_thread(by_asyncio)
        await anyio.to_thread.run_sync(by_anyio)
        return seen

    assert lab.run(main).result == [("asyncio", 1), ("anyio", 2)]


def test_map_of_an_executor_in_order_and_with_its_time_out() -> None:
    async def main() -> tuple[list[float], float]:
        with ThreadPoolExecutor(2) as pool:

            def nap(seconds: float) -> float:
                time.sleep(seconds)
                return seconds

            found = list(pool.map(nap, [3, 1, 2]))
            with pytest.raises(TimeoutError):
                list(pool.map(nap, [1, 5], timeout=2))
            return found, time.monotonic()

    run = lab.run(main)
    assert run.result == ([3, 1, 2], 5)
    assert run.elapsed == 8, "leaving the pool waits for the job of 5 s"


def test_an_initializer_runs_in_each_thread_of_a_pool() -> None:
    async def main() -> list[int]:
        made: list[int] = []

        def prepare() -> None:
            time.sleep(1)
            made.append(threading.get_ident())

        with ThreadPoolExecutor(3, initializer=prepare) as pool:
            list(pool.map(time.sleep, [1, 1, 1]))
        return made

    run = lab.run(main)
    assert len(set(run.result)) == 3
    assert run.elapsed == 2


def test_handing_out_jobs_takes_no_time_not_even_a_hair() -> None:
    async def main() -> list[float]:
        with ThreadPoolExecutor(2) as pool:
            for _ in range(5):
                pool.submit(int)
            await asyncio.to_thread(int)
            early = time.monotonic()
            await asyncio.sleep(1)
            pool.submit(int).result()
            return [early, time.monotonic()]

    assert lab.run(main).result == [0, 1]


# Pools from before the run.


def test_a_pool_made_at_import_works_in_one_run_after_the_other() -> None:
    async def main() -> tuple[float, list[str]]:
        loop = asyncio.get_running_loop()
        names: list[str] = []

        def nap() -> None:
            time.sleep(1)
            names.append(threading.current_thread().name)

        await asyncio.gather(*(loop.run_in_executor(MODULE_POOL, nap) for _ in range(4)))
        return time.monotonic(), sorted(set(names))

    for _ in range(3):
        run = lab.run(main)
        assert run.result == (2, ["kept_0", "kept_1"])
        assert [leak.kind for leak in run.leaks] == ["pool"]


def test_a_job_left_in_a_pool_by_one_run_is_not_done_by_the_next() -> None:
    done: list[str] = []
    pool = ThreadPoolExecutor(1)

    async def leave() -> None:
        pool.submit(time.sleep, 100)
        pool.submit(done.append, "of the first run")
        await asyncio.sleep(1)

    async def use() -> float:
        pool.submit(done.append, "of the second run").result()
        return time.monotonic()

    lab.run(leave)
    run = lab.run(use)
    pool.shutdown()
    assert done == ["of the second run"]
    assert run.result == 0


def test_a_pool_that_has_threads_from_outside_is_refused() -> None:
    USED_POOL.submit(int).result()

    async def main() -> None:
        USED_POOL.submit(time.sleep, 1)

    with pytest.raises(lab.WrongUse, match="started its threads outside of the run"):
        lab.run(main)
    USED_POOL.shutdown()


# Context variables.


def test_context_variables_travel_as_for_real() -> None:
    async def main() -> dict[str, str]:
        loop = asyncio.get_running_loop()
        USER.set("ada")
        found = {
            "asyncio.to_thread": await asyncio.to_thread(USER.get),
            "anyio.to_thread": await anyio.to_thread.run_sync(USER.get),
            "run_in_executor": await loop.run_in_executor(None, USER.get),
        }

        def note() -> None:
            found["Thread"] = USER.get()

        thread = threading.Thread(target=note)
        thread.start()
        thread.join()
        return found

    assert lab.run(main).result == {
        "asyncio.to_thread": "ada",
        "anyio.to_thread": "ada",
        "run_in_executor": "nobody",
        "Thread": "nobody",
    }


def test_what_a_thread_sets_stays_in_its_own_copy() -> None:
    async def main() -> tuple[str, str]:
        USER.set("ada")

        def change() -> str:
            USER.set("bob")
            time.sleep(1)
            return USER.get()

        return await asyncio.to_thread(change), USER.get()

    assert lab.run(main).result == ("bob", "ada")


def test_thread_locals_are_each_threads_own() -> None:
    async def main() -> list[list[int]]:
        local = threading.local()

        def count() -> list[int]:
            seen = []
            for _ in range(2):
                local.count = getattr(local, "count", 0) + 1
                seen.append(local.count)
                time.sleep(1)
            return seen

        return await asyncio.gather(*(asyncio.to_thread(count) for _ in range(3)))

    assert lab.run(main).result == [[1, 2]] * 3


# What a program sees of its threads.


def test_names_and_numbers_are_those_of_a_fresh_process() -> None:
    async def main() -> list[str]:
        names: list[str] = []

        def note() -> None:
            names.append(threading.current_thread().name)

        for _ in range(2):
            thread = threading.Thread(target=note)
            thread.start()
            thread.join()
        await asyncio.to_thread(note)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(note).result()
        return names

    expected = ["Thread-1 (note)", "Thread-2 (note)", "asyncio_0", "ThreadPoolExecutor-0_0"]
    assert [lab.run(main).result for _ in range(2)] == [expected] * 2


def test_enumerate_knows_exactly_those_that_have_not_ended() -> None:
    async def main() -> list[int]:
        outside = threading.active_count()
        threads = [threading.Thread(target=time.sleep, args=[n]) for n in (1, 2, 3)]
        for thread in threads:
            thread.start()
        seen = []
        for _ in range(4):
            seen.append(threading.active_count() - outside)
            await asyncio.sleep(1)
        return [*seen, sum(thread.is_alive() for thread in threads)]

    for _ in range(20):
        assert lab.run(main).result == [3, 2, 1, 0, 0]


def test_misuse_of_threads_fails_as_for_real() -> None:
    async def main() -> list[str]:
        errors: list[str] = []

        def attempt(act: Callable[[], Any]) -> None:
            try:
                act()
            except RuntimeError as error:
                errors.append(str(error))

        def join_itself() -> None:
            attempt(threading.current_thread().join)

        thread = threading.Thread(target=join_itself)
        attempt(thread.join)
        thread.start()
        attempt(thread.start)
        thread.join()
        attempt(thread.start)
        return errors

    assert lab.run(main).result == [
        "cannot join thread before it is started",
        "threads can only be started once",
        "cannot join current thread",
        "threads can only be started once",
    ]


def test_exit_in_a_thread_ends_that_thread_alone() -> None:
    def leave() -> None:
        time.sleep(1)
        sys.exit(3)

    async def main() -> float:
        thread = threading.Thread(target=leave)
        thread.start()
        await asyncio.sleep(2)
        thread.join()
        return time.monotonic()

    run = lab.run(main)
    assert run.result == 2
    assert run.leaks == []
