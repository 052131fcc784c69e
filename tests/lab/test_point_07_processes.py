"""Point 7: a ProcessPoolExecutor is modelled; what goes in and comes out goes through pickle."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from typing import Any

import pytest

from checker import lab
from checker.trace import Lane, Ran

initialized: list[int] = []


class Unpicklable:
    def __reduce__(self) -> Any:
        raise TypeError("cannot be sent")


class Note:
    """Says whether it is a copy."""

    def __init__(self) -> None:
        self.seen: list[str] = []


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return time.monotonic()


def whoami() -> int:
    lab.cpu(1)
    return os.getpid()


def change(note: Note) -> Note:
    note.seen.append("in the process")
    return note


def fail(message: str) -> None:
    raise ValueError(message)


def give_unpicklable() -> object:
    return Unpicklable()


def raise_unpicklable() -> None:
    error = ValueError("odd")
    error.thing = lambda: None  # type: ignore[attr-defined]
    raise error


def die() -> None:
    os._exit(3)


def swallow() -> str:
    for _ in range(100):
        try:
            time.sleep(1)
        except BaseException:
            return "survived"
    return "was left alone"


def prepare(number: int) -> None:
    initialized.append(number)
    time.sleep(1)


def prepare_badly() -> None:
    raise ValueError("no database")


class NeedsTwo(Exception):
    """Goes to another process and does not come back: it is made anew from its one argument."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def raise_needs_two() -> None:
    raise NeedsTwo("odd", 2)


class Unsayable(Exception):
    """Cannot be sent, and neither can what is said of that."""

    def __reduce__(self) -> Any:
        raise Unsayable


def raise_unsayable() -> None:
    raise Unsayable


def with_pool(
    body: Callable[[ProcessPoolExecutor], Any], workers: int | None = 2, **options: Any
) -> Any:
    async def main() -> Any:
        with ProcessPoolExecutor(workers, **options) as pool:
            return await asyncio.to_thread(body, pool)

    return lab.run(main).result


def test_as_many_jobs_as_workers_run_at_once() -> None:
    def body(pool: ProcessPoolExecutor) -> list[float]:
        return [future.result() for future in [pool.submit(nap, 1) for _ in range(5)]]

    assert with_pool(body) == [1, 1, 2, 2, 3]


def test_a_worker_that_was_woken_for_one_job_is_not_counted_on_for_the_next() -> None:
    def body(pool: ProcessPoolExecutor) -> list[float]:
        pool.submit(nap, 1).result()
        return [future.result() for future in [pool.submit(nap, 1) for _ in range(2)]]

    assert with_pool(body) == [2, 2]


def test_a_pool_has_as_many_workers_as_the_machine_has_cores() -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor() as pool:
            jobs = [loop.run_in_executor(pool, whoami) for _ in range(12)]
            return len(set(await asyncio.gather(*jobs)))

    run = lab.run(main, cores=3)
    assert run.result == 3
    assert run.elapsed == 4


def test_workers_have_pids_of_their_own_counted_from_the_start() -> None:
    def body(pool: ProcessPoolExecutor) -> list[int]:
        return [future.result() for future in [pool.submit(whoami) for _ in range(4)]]

    found = with_pool(body)
    assert sorted(set(found)) == [1001, 1002]
    assert with_pool(body) == found
    assert os.getpid() not in found


def test_workers_are_lanes_of_the_trace() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2) as pool:
            await asyncio.gather(*(loop.run_in_executor(pool, nap, 1) for _ in range(2)))

    lanes = [event for event in lab.run(main).trace if isinstance(event, Lane)]
    assert [each.name for each in lanes if each.kind == "process"] == ["process-1", "process-2"]


def test_arguments_and_results_are_copies() -> None:
    note = Note()

    def body(pool: ProcessPoolExecutor) -> Note:
        result: Note = pool.submit(change, note).result()
        return result

    found = with_pool(body)
    assert found.seen == ["in the process"]
    assert found is not note
    assert note.seen == []


def test_what_cannot_be_sent_fails_in_the_future() -> None:
    def body(pool: ProcessPoolExecutor) -> list[str]:
        unpicklable: Any = Unpicklable()
        tries: list[Future[Any]] = [
            pool.submit(lambda: 1),
            pool.submit(change, unpicklable),
            pool.submit(give_unpicklable),
        ]
        return [type(future.exception()).__name__ for future in tries]

    assert with_pool(body) in (
        ["PicklingError", "TypeError", "TypeError"],
        ["AttributeError", "TypeError", "TypeError"],
    )


def test_an_error_comes_back_with_the_traceback_of_the_worker() -> None:
    def body(pool: ProcessPoolExecutor) -> list[BaseException | None]:
        return [
            pool.submit(fail, "broken").exception(), pool.submit(raise_unpicklable).exception(),
            pool.submit(nap, 0).exception(),
        ]  # fmt: skip

    error, odd, none = with_pool(body)
    assert isinstance(error, ValueError)
    assert error.args == ("broken",)
    assert "in fail" in str(error.__cause__)
    assert odd is not None
    assert none is None


@pytest.mark.parametrize("job", [raise_needs_two, raise_unsayable])
def test_an_error_that_cannot_come_back_breaks_the_pool_as_it_does_for_real(job: Any) -> None:
    def kinds(pool: ProcessPoolExecutor) -> list[str]:
        futures: list[Future[Any]] = [pool.submit(job), pool.submit(nap, 0)]
        return [type(future.exception(timeout=60)).__name__ for future in futures]

    expected = ["BrokenProcessPool"] * 2
    assert with_pool(kinds, workers=1) == expected
    with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as pool:
        assert kinds(pool) == expected


def test_map_keeps_the_order_and_cuts_into_chunks() -> None:
    def body(pool: ProcessPoolExecutor) -> tuple[list[float], list[float]]:
        one = list(pool.map(nap, [2, 1, 1]))
        began = time.monotonic()
        chunks = list(pool.map(nap, [1] * 4, chunksize=2))
        return one, [at - began for at in chunks]

    assert with_pool(body) == ([2, 1, 2], [1, 2, 1, 2])


def test_a_result_has_a_virtual_time_out_and_the_worker_goes_on() -> None:
    def body(pool: ProcessPoolExecutor) -> tuple[float, float]:
        future = pool.submit(nap, 5)
        with pytest.raises(TimeoutError):
            future.result(timeout=1)
        gave_up = time.monotonic()
        return gave_up, future.result()

    assert with_pool(body) == (1, 5)


def test_a_job_that_has_not_begun_can_be_cancelled() -> None:
    def body(pool: ProcessPoolExecutor) -> tuple[bool, bool, float]:
        first, second = pool.submit(nap, 2), pool.submit(nap, 2)
        time.sleep(1)
        return first.cancel(), second.cancel(), first.result()

    assert with_pool(body, workers=1) == (False, True, 2)


def test_each_worker_is_initialized_once() -> None:
    initialized.clear()

    def body(pool: ProcessPoolExecutor) -> list[float]:
        return [future.result() for future in [pool.submit(nap, 1) for _ in range(4)]]

    assert with_pool(body, initializer=prepare, initargs=(7,)) == [2, 2, 3, 3]
    assert initialized == [7, 7]


def test_a_failing_initializer_breaks_the_pool(caplog: pytest.LogCaptureFixture) -> None:
    def body(pool: ProcessPoolExecutor) -> str:
        return type(pool.submit(nap, 1).exception()).__name__

    with caplog.at_level(logging.CRITICAL, "concurrent.futures"):
        assert with_pool(body, initializer=prepare_badly) == "BrokenProcessPool"
    assert "no database" in caplog.text


@pytest.mark.parametrize("jobs", [3, 7])
def test_a_worker_may_do_only_so_many_jobs_and_is_followed_by_another(jobs: int) -> None:
    def body(pool: ProcessPoolExecutor) -> list[int]:
        return [future.result() for future in [pool.submit(whoami) for _ in range(jobs)]]

    found = with_pool(body, workers=1, max_tasks_per_child=2)
    assert found == [1001 + n // 2 for n in range(jobs)]


def test_leaving_the_pool_waits_for_every_job_even_of_later_workers() -> None:
    async def main() -> list[bool]:
        with ProcessPoolExecutor(1, max_tasks_per_child=1) as pool:
            futures = [pool.submit(nap, 1) for _ in range(3)]
        return [future.done() for future in futures]

    run = lab.run(main)
    assert run.result == [True] * 3
    assert run.elapsed == 3


def test_a_worker_that_exits_breaks_the_pool_for_good() -> None:
    def body(pool: ProcessPoolExecutor) -> list[Any]:
        other = pool.submit(nap, 100)
        waiting: list[Future[Any]] = [pool.submit(die), pool.submit(nap, 1)]
        found: list[Any] = [type(future.exception()).__name__ for future in [*waiting, other]]
        with pytest.raises(BrokenProcessPool, match="terminated abruptly"):
            pool.submit(nap, 1)
        return [*found, time.monotonic()]

    assert with_pool(body) == ["BrokenProcessPool"] * 3 + [0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_killed_breaks_the_pool(number: int) -> None:
    def body(pool: ProcessPoolExecutor) -> list[Any]:
        future = pool.submit(nap, 100)
        time.sleep(1)
        (pid,) = pool._processes
        os.kill(pid, number)
        return [type(future.exception()).__name__, time.monotonic()]

    assert with_pool(body) == ["BrokenProcessPool", 1]


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_worker_is_killed_through_its_process_too(how: str) -> None:
    def body(pool: ProcessPoolExecutor) -> list[Any]:
        future = pool.submit(swallow)
        time.sleep(1)
        (worker,) = list(pool._processes.values())
        assert worker.is_alive()
        getattr(worker, how)()
        return [type(future.exception()).__name__, worker.is_alive(), time.monotonic()]

    assert with_pool(body) == ["BrokenProcessPool", False, 1]


def test_a_worker_can_be_killed_before_it_has_begun() -> None:
    async def main() -> str:
        with ProcessPoolExecutor(1) as pool:
            future = pool.submit(nap, 1)
            for worker in list(pool._processes.values()):
                worker.kill()
            return type(await asyncio.to_thread(future.exception)).__name__

    assert lab.run(main).result == "BrokenProcessPool"


def compute_then_die(seconds: float) -> None:
    lab.cpu(seconds)
    os._exit(3)


def test_a_process_computes_until_it_dies_and_so_do_those_that_are_killed_with_it() -> None:
    async def main() -> None:
        with ProcessPoolExecutor(2) as pool:
            futures = [pool.submit(compute_then_die, 1), pool.submit(lab.cpu, 5)]
            for future in futures:
                await asyncio.to_thread(future.exception)

    run = lab.run(main, cores=2)
    lanes = [each.lane for each in run.trace if isinstance(each, Lane) and each.kind == "process"]
    steps = [each for each in run.trace if isinstance(each, Ran) and each.lane in lanes]
    assert [(step.t, step.lasted, step.then) for step in steps] == [
        (0, 0, "computing"),
        (0, 0, "computing"),
        (10**9, 0, "died"),
        (10**9, 0, "died"),
    ]


def test_who_hears_that_a_worker_died_may_wait() -> None:
    def body(pool: ProcessPoolExecutor) -> list[Any]:
        waiting: list[Future[Any]] = [pool.submit(die), pool.submit(nap, 5)]
        waiting[0].add_done_callback(lambda _: time.sleep(0.5))
        return [type(future.exception()).__name__ for future in waiting]

    assert with_pool(body) == ["BrokenProcessPool"] * 2


def test_a_closed_pool_takes_no_more() -> None:
    def body(pool: ProcessPoolExecutor) -> list[float]:
        futures = [pool.submit(nap, 1) for _ in range(4)]
        time.sleep(0.5)
        pool.shutdown(wait=False, cancel_futures=True)
        with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
            pool.submit(nap, 1)
        return [future.cancelled() for future in futures]

    assert with_pool(body) == [False, False, True, True]


def test_an_interrupted_wait_on_the_loop_blocks_it() -> None:
    async def main() -> float:
        with ProcessPoolExecutor(1) as pool:
            return pool.submit(nap, 2).result()

    run = lab.run(main)
    assert run.result == 2
    assert sum(blocked.seconds for blocked in run.blocked) == 2


def test_other_ways_to_start_a_process_are_refused() -> None:
    async def main() -> None:
        multiprocessing.get_context("spawn").Process(target=die).start()

    with pytest.raises(lab.WrongUse, match="ProcessPoolExecutor, which it models"):
        lab.run(main)


def test_a_pool_that_is_left_open_is_a_leak() -> None:
    kept: list[ProcessPoolExecutor] = []

    async def main() -> float:
        pool = ProcessPoolExecutor(1)
        kept.append(pool)
        return await asyncio.get_running_loop().run_in_executor(pool, nap, 1)

    run = lab.run(main)
    assert run.result == 1
    assert [leak.kind for leak in run.leaks] == ["pool"]


def test_outside_of_a_run_pools_are_real() -> None:
    lab.run(asyncio.sleep, 1)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


@pytest.mark.parametrize(("method", "kind"), [("spawn", "SpawnProcess"), ("fork", "ForkProcess")])
def test_workers_are_children_named_after_their_start_method(method: str, kind: str) -> None:
    def children() -> list[str]:
        return [child.name for child in multiprocessing.active_children()]

    async def main() -> list[list[str]]:
        loop, seen = asyncio.get_running_loop(), [children()]
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            jobs = [loop.run_in_executor(pool, nap, 1) for _ in range(2)]
            seen.append(children())
            await asyncio.gather(*jobs)
        return [*seen, children()]

    before = multiprocessing.active_children.__code__
    assert lab.run(main).result == [[], [f"{kind}-1", f"{kind}-2"], []]
    assert multiprocessing.active_children.__code__ is before
    assert multiprocessing.active_children() == []


def test_a_pool_of_a_run_starts_nothing_for_real_and_is_of_no_use_after_it() -> None:
    kept: list[ProcessPoolExecutor] = []
    tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]

    async def main() -> None:
        kept.append(ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")))

    files = len(os.listdir("/proc/self/fd"))
    lab.run(main)
    assert len(os.listdir("/proc/self/fd")) == files
    assert resource_tracker._resource_tracker._pid == tracker  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="after shutdown"):
        kept[0].submit(nap, 0)


def test_a_queue_between_processes_is_refused_when_it_is_used() -> None:
    async def main() -> None:
        queue: Any = multiprocessing.get_context("spawn").SimpleQueue()
        queue.put(1)

    with pytest.raises(lab.WrongUse, match="the lab starts no processes but those of"):
        lab.run(main)


# `forkserver` is the usual start method on Linux since Python 3.14.


def test_a_pool_of_the_usual_start_method_is_modelled_and_starts_nothing() -> None:
    tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]

    async def main() -> tuple[int, list[str]]:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2) as pool:
            jobs = [loop.run_in_executor(pool, lab.cpu, 1) for _ in range(2)]
            names = [child.name for child in multiprocessing.active_children()]
            await asyncio.gather(*jobs)
        return os.getpid(), names

    run = lab.run(main)
    kind = multiprocessing.get_context().Process.__name__
    assert run.result == (os.getpid(), [f"{kind}-1", f"{kind}-2"])
    assert run.elapsed == 1
    assert resource_tracker._resource_tracker._pid == tracker  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("what", ["Lock", "RLock", "Semaphore", "Event", "Condition", "Queue"])
def test_what_processes_share_is_refused_and_starts_no_tracker(method: str, what: str) -> None:
    context = multiprocessing.get_context(method)
    tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]

    async def main() -> None:
        getattr(context, what)()

    with pytest.raises(lab.WrongUse, match=r"multiprocessing wait in the system.*as arguments"):
        lab.run(main)
    assert resource_tracker._resource_tracker._pid == tracker  # type: ignore[attr-defined]


def test_what_processes_share_works_outside_of_a_run() -> None:
    lab.run(asyncio.sleep, 1)
    event = multiprocessing.get_context("fork").Event()
    event.set()
    assert event.is_set()
