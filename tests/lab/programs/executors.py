"""concurrent.futures: pools of one's own, and waiting for their futures."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent import futures

from tests.lab.programs.program import STEP, Log, Tally, program


def sleep(steps: float) -> float:
    """Sleep so many steps in this thread."""
    time.sleep(steps * STEP)
    return steps


@program(
    "a pool of 2 runs 5 jobs in three waves",
    """
    2  2 ended
    4  4 ended
    6  5 ended
    6  returned
    """,
)
async def waves(log: Log) -> None:
    ended = Tally(log, "ended", (2, 4, 5))
    loop = asyncio.get_running_loop()

    def job() -> None:
        time.sleep(2 * STEP)
        ended.add()

    with futures.ThreadPoolExecutor(2) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, job) for _ in range(5)))


@program(
    "jobs of different length: a free thread takes the next job in line",
    """
    1  b ended
    3  a ended
    4  c ended
    5  d ended
    5  returned
    """,
)
async def next_in_line(log: Log) -> None:
    loop = asyncio.get_running_loop()

    def job(name: str, steps: float) -> None:
        time.sleep(steps * STEP)
        log(f"{name} ended")

    with futures.ThreadPoolExecutor(2) as pool:
        jobs = [("a", 3), ("b", 1), ("c", 3), ("d", 2)]
        await asyncio.gather(*(loop.run_in_executor(pool, job, *each) for each in jobs))


@program(
    "leaving the pool's block waits for its jobs, and holds the loop meanwhile",
    """
    0  submitted
    3  job ended
    3  left the block
    3  timer due at 1
    3  returned
    """,
    blocks=3,
)
async def shutdown_waits(log: Log) -> None:
    def job() -> None:
        time.sleep(3 * STEP)
        log("job ended")

    asyncio.get_running_loop().call_later(STEP, log, "timer due at 1")
    with futures.ThreadPoolExecutor(1) as pool:
        pool.submit(job)
        log("submitted")
    log("left the block")
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@program(
    "shutdown(cancel_futures=True) drops what waits, and waits for what runs",
    """
    1  shutting down
    2  job 1 ended
    2  states: done, cancelled, cancelled
    2  returned
    """,
    blocks=1,
)
async def shutdown_cancels(log: Log) -> None:
    def job(number: int) -> None:
        time.sleep(2 * STEP)
        log(f"job {number} ended")

    pool = futures.ThreadPoolExecutor(1)
    made = [pool.submit(job, number) for number in (1, 2, 3)]
    await asyncio.sleep(STEP)
    log("shutting down")
    pool.shutdown(cancel_futures=True)
    states = ("cancelled" if future.cancelled() else "done" for future in made)
    log(f"states: {', '.join(states)}")


@program(
    "a job that runs cannot be cancelled, one that waits can",
    """
    1  running: False
    1  waiting: True
    2  after both: CancelledError
    2  returned
    """,
)
async def cancel(log: Log) -> None:
    with futures.ThreadPoolExecutor(1) as pool:
        running, waiting = pool.submit(sleep, 2), pool.submit(sleep, 2)
        await asyncio.sleep(STEP)
        log(f"running: {running.cancel()}")
        log(f"waiting: {waiting.cancel()}")
        await asyncio.wrap_future(running)
        try:
            waiting.result()
        except futures.CancelledError as error:
            log(f"after both: {type(error).__name__}")


@program(
    "futures.wait in a thread: at the first result, the first failure, at the time-out, at the end",
    """
    1  first: 1 done, 3 not
    2  failure: 2 done, 2 not
    3  time-out: 2 done, 2 not
    5  all: 4 done, 0 not
    5  returned
    """,
)
async def wait(log: Log) -> None:
    def fail() -> float:
        time.sleep(2 * STEP)
        raise ValueError

    def wait_for_some() -> None:
        with futures.ThreadPoolExecutor(4) as pool:
            made = [pool.submit(sleep, 1), pool.submit(fail)]
            made += [pool.submit(sleep, 4), pool.submit(sleep, 5)]
            for label, until, timeout in (
                ("first", futures.FIRST_COMPLETED, None),
                ("failure", futures.FIRST_EXCEPTION, None),
                ("time-out", futures.ALL_COMPLETED, STEP),
                ("all", futures.ALL_COMPLETED, None),
            ):
                done, rest = futures.wait(made, timeout, until)
                log(f"{label}: {len(done)} done, {len(rest)} not")

    await asyncio.to_thread(wait_for_some)


@program(
    "futures.as_completed hands out futures as they come, and raises when time is up",
    """
    1  got 1
    2  got 2
    3  TimeoutError
    4  left the block
    4  returned
    """,
)
async def as_completed(log: Log) -> None:
    def collect() -> None:
        with futures.ThreadPoolExecutor(3) as pool:
            made = [pool.submit(sleep, steps) for steps in (4, 1, 2)]
            try:
                for future in futures.as_completed(made, timeout=3 * STEP):
                    log(f"got {future.result():g}")
            except TimeoutError as error:
                log(type(error).__name__)
        log("left the block")

    await asyncio.to_thread(collect)


@program(
    "map keeps the order of its arguments; each result is there when all before it are",
    """
    3  3
    3  1
    3  2
    5  4
    5  returned
    """,
)
async def map_in_order(log: Log) -> None:
    def collect() -> None:
        with futures.ThreadPoolExecutor(3) as pool:
            for steps in pool.map(sleep, (3, 1, 2, 4)):
                log(f"{steps:g}")

    await asyncio.to_thread(collect)


@program(
    "result(timeout) raises when time is up; the job goes on and can be asked again",
    """
    1  TimeoutError
    3  3
    3  returned
    """,
)
async def result_timeout(log: Log) -> None:
    def ask() -> None:
        with futures.ThreadPoolExecutor(1) as pool:
            future = pool.submit(sleep, 3)
            try:
                future.result(timeout=STEP)
            except TimeoutError as error:
                log(type(error).__name__)
            log(f"{future.result():g}")

    await asyncio.to_thread(ask)


@program(
    "done callbacks run in the worker thread, in order; added late, where they are added",
    """
    1  first, in the worker
    1  second, in the worker
    2  late, here
    2  returned
    """,
)
async def callbacks(log: Log) -> None:
    here = threading.current_thread()

    def say(label: str) -> None:
        where = "here" if threading.current_thread() is here else "in the worker"
        log(f"{label}, {where}")

    with futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(sleep, 1)
        future.add_done_callback(lambda _: say("first"))
        future.add_done_callback(lambda _: say("second"))
        await asyncio.sleep(2 * STEP)
        future.add_done_callback(lambda _: say("late"))


@program(
    "a pool job that waits for another job of its pool is stuck while the pool has one thread",
    """
    2  outer: TimeoutError
    2  inner ran
    3  returned
    """,
)
async def nested_submit(log: Log) -> None:
    with futures.ThreadPoolExecutor(1) as pool:

        def outer() -> None:
            inner = pool.submit(lambda: log("inner ran"))
            try:
                inner.result(timeout=2 * STEP)
            except TimeoutError as error:
                log(f"outer: {type(error).__name__}")

        pool.submit(outer)
        await asyncio.sleep(3 * STEP)
