"""Point 6: computing needs the GIL in threads and a core in processes, and is measured too."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from typing import Any

import pytest

from checker import lab
from checker.lab import originals
from checker.trace import Ran
from tests.lab.places import place


def compute(seconds: float) -> float:
    """A job for a process: it must be at the top of a module."""
    lab.cpu(seconds)
    return time.monotonic()


def ends_in_threads(*seconds: float, cores: int = 4) -> list[float]:
    async def main() -> list[float]:
        return list(await asyncio.gather(*(asyncio.to_thread(compute, each) for each in seconds)))

    run = lab.run(main, cores=cores)
    assert run.blocked == []
    found: list[float] = run.result
    return found


def ends_in_processes(*seconds: float, cores: int, workers: int = 16) -> list[float]:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(workers) as pool:
            jobs = [loop.run_in_executor(pool, compute, each) for each in seconds]
            return list(await asyncio.gather(*jobs))

    found: list[float] = lab.run(main, cores=cores).result
    return found


def shared(seconds: list[float], at_once: int) -> list[float]:
    """By hand: jobs that share so many processors fairly; when each of them ends."""
    left = {n: Fraction(each).limit_denominator(10**9) for n, each in enumerate(seconds)}
    now, ends = Fraction(0), {}
    while left:
        rate = min(Fraction(1), Fraction(at_once, len(left)))
        step = min(left.values()) / rate
        now += step
        left = {n: each - step * rate for n, each in left.items()}
        for n in [n for n, each in left.items() if each == 0]:
            ends[n] = now
            del left[n]
    return [float(ends[n]) for n in range(len(seconds))]


def test_on_the_loop_it_blocks() -> None:
    async def main() -> list[float]:
        seen: list[float] = []
        asyncio.get_running_loop().call_later(1, lambda: seen.append(time.monotonic()))
        await asyncio.sleep(0)
        lab.cpu(3)
        await asyncio.sleep(0)
        return seen

    run = lab.run(main)
    assert run.result == [3]
    (blocked,) = run.blocked
    assert (blocked.at, blocked.seconds, blocked.what) == (0, 3, "lab.cpu(3)")
    assert blocked.where == place(main, "lab.cpu(3)")
    assert run.elapsed == 3


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_threads_share_one_gil_whatever_the_cores(cores: int) -> None:
    assert ends_in_threads(1, 1, 1, 1, cores=cores) == [4, 4, 4, 4]


@pytest.mark.parametrize("seconds", [[1, 3], [3, 1], [1, 2, 3], [0.5, 0.5, 2], [1, 1, 1, 10]])
def test_threads_of_unequal_length_share_fairly(seconds: list[float]) -> None:
    assert ends_in_threads(*seconds) == pytest.approx(shared(seconds, 1), abs=5e-9)


def test_what_does_not_divide_evenly_is_rounded_up_to_the_nanosecond() -> None:
    third = ends_in_threads(1e-9, 1e-9, 1e-9)
    assert third == [3e-9] * 3
    assert ends_in_processes(1, 1, 1, cores=2) == [1.5] * 3
    assert ends_in_processes(1, 1, 1, 1, 1, 1, 1, cores=3) == [2.333333334] * 7


@pytest.mark.parametrize(("cores", "end"), [(1, 8), (2, 4), (4, 2), (16, 1)])
def test_threads_that_drop_the_gil_share_the_cores(cores: int, end: float) -> None:
    async def main() -> None:
        await asyncio.gather(*(asyncio.to_thread(lab.cpu, 1, gil=False) for _ in range(8)))

    assert lab.run(main, cores=cores).elapsed == end


def test_who_drops_the_gil_leaves_it_to_others() -> None:
    async def main() -> list[float]:
        def drops() -> float:
            lab.cpu(2, gil=False)
            return time.monotonic()

        jobs = [asyncio.to_thread(drops), asyncio.to_thread(compute, 1)]
        return list(await asyncio.gather(*jobs, asyncio.to_thread(compute, 1)))

    assert lab.run(main, cores=2).result == [2, 2, 2]
    assert lab.run(main, cores=1).result == [4, 4, 4]


def test_the_loop_and_threads_share_the_gil() -> None:
    async def main() -> list[float]:
        job = asyncio.create_task(asyncio.to_thread(compute, 2))
        await asyncio.sleep(1)
        lab.cpu(0.5)
        seen = time.monotonic()
        return [seen, await job]

    run = lab.run(main)
    assert run.result == [2, 2.5]
    assert [(each.at, each.seconds) for each in run.blocked] == [(1, 1)]


def test_a_thread_that_sleeps_leaves_the_gil_to_others() -> None:
    async def main() -> list[float]:
        def sleeps() -> float:
            time.sleep(1)
            lab.cpu(1)
            return time.monotonic()

        return list(await asyncio.gather(asyncio.to_thread(sleeps), asyncio.to_thread(compute, 1)))

    assert lab.run(main).result == [2, 1]


def test_who_comes_later_slows_the_others_down_from_then_on() -> None:
    async def main() -> list[float]:
        async def later(after: float, seconds: float) -> float:
            await asyncio.sleep(after)
            return await asyncio.to_thread(compute, seconds)

        return list(await asyncio.gather(later(0, 4), later(1, 2), later(3, 0.5)))

    # 0-1: a alone. 1-3: a and b at half each. From 3: three at a third each. c needs 1.5 s, a and
    # b have 2-0.5 and 1-0.5 left then: b ends after 1 s more, a after the 1 s that is left to it.
    assert lab.run(main).result == [6.5, 5.5, 4.5]


@pytest.mark.parametrize(
    ("cores", "jobs", "end"), [(1, 4, 4), (2, 4, 2), (4, 4, 1), (4, 8, 2), (4, 2, 1), (3, 4, 4 / 3)]
)
def test_processes_share_the_cores(cores: int, jobs: int, end: float) -> None:
    found = ends_in_processes(*[1.0] * jobs, cores=cores)
    assert found == pytest.approx([end] * jobs, abs=1.1e-9)


@pytest.mark.parametrize("cores", [1, 2, 4])
@pytest.mark.parametrize("seconds", [[1, 2, 3, 4], [4, 1, 1, 1, 1], [0.1, 0.2, 5]])
def test_processes_of_unequal_length_share_fairly(seconds: list[float], cores: int) -> None:
    assert ends_in_processes(*seconds, cores=cores) == pytest.approx(
        shared(seconds, cores), abs=5e-9
    )


def test_the_programs_own_process_needs_a_core_as_well() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1) as pool:
            job = loop.run_in_executor(pool, compute, 1)
            await asyncio.sleep(0)
            lab.cpu(1)
            seen = time.monotonic()
            return [seen, await job]

    assert lab.run(main, cores=1).result == [2, 2]
    assert lab.run(main, cores=2).result == [1, 1]


def test_the_work_of_many_jobs_adds_up_exactly() -> None:
    async def main() -> None:
        async def worker(number: int) -> None:
            for _ in range(10):
                await asyncio.to_thread(lab.cpu, 0.001 * (number + 1))

        await asyncio.gather(*map(worker, range(8)))

    # 8 workers, always with work: the GIL is never idle, so the total is the sum of the work.
    assert lab.run(main).elapsed == pytest.approx(0.001 * 36 * 10, abs=1e-6)


def test_the_trace_says_that_a_thread_computes() -> None:
    run = lab.run(asyncio.to_thread, compute, 2)
    steps = [event for event in run.trace if isinstance(event, Ran) and event.then == "computing"]
    assert [(step.t, step.on, step.at) for step in steps] == [
        (0, "lab.cpu(2)", place(compute, "lab.cpu"))
    ]


def test_no_time_is_no_work_and_less_is_a_mistake() -> None:
    async def main() -> None:
        lab.cpu(0)
        with pytest.raises(ValueError, match="less than no time"):
            lab.cpu(-1)

    run = lab.run(main)
    assert run.elapsed == 0
    assert run.blocked == []


@pytest.mark.parametrize("gil", [True, False])
def test_outside_of_the_lab_it_burns_cpu_for_real(gil: bool) -> None:
    began = time.thread_time()
    lab.cpu(0.02, gil=gil)
    assert time.thread_time() - began >= 0.02


def _burn(seconds: float) -> None:
    """Compute for real, whatever the clocks of the program say."""
    end = originals.thread_time_ns() + round(seconds * 1e9)
    while originals.thread_time_ns() < end:
        pass


def test_real_computing_on_the_loop_is_measured_and_located() -> None:
    async def heavy() -> None:
        _burn(0.12)
        await asyncio.sleep(1)

    async def main() -> None:
        await asyncio.create_task(heavy(), name="heavy")

    run = lab.run(main)
    (computed,) = run.computed
    assert computed.task == "heavy"
    assert computed.cpu_s >= 0.1
    assert computed.at == 0
    assert computed.where == place(heavy, "asyncio.sleep(1)")
    assert run.elapsed == 1, "it takes no virtual time"
    assert run.blocked == []


def test_real_computing_below_the_threshold_or_in_a_thread_is_no_news() -> None:
    async def main() -> None:
        _burn(0.01)
        await asyncio.to_thread(_burn, 0.12)

    assert lab.run(main).computed == []


def test_what_is_measured_stands_beside_the_trace() -> None:
    async def main() -> None:
        _burn(0.12)

    first, second = lab.run(main), lab.run(main)
    assert first.computed
    assert first.trace.dump() == second.trace.dump()
    text = first.trace.dump()
    assert "cpu" not in text.replace("lab.cpu", "")


def test_cores_are_those_of_the_declared_machine() -> None:
    async def main() -> list[Any]:
        return [os.cpu_count(), getattr(os, "process_cpu_count", os.cpu_count)()]

    host = os.cpu_count()
    assert host is not None
    assert lab.run(main, cores=host + 7).result == [host + 7] * 2
    assert os.cpu_count() == host
