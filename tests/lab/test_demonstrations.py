"""The course's demonstrations D0 to D8, with their exact numbers. D9 to D12, which need a world
outside, stand in test_demonstrations_outside.py.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import anyio
import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from checker import lab


async def at_once(count: int, request: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Send so many requests in one moment, and wait for all."""
    return await asyncio.gather(*(request() for _ in range(count)))


def app_of(handler: Callable[..., Any]) -> FastAPI:
    """An app with one route."""
    app = FastAPI(openapi_url=None)
    app.get("/")(handler)
    return app


# D0: sleeps of 3, 1 and 2 seconds.


async def sleeper(name: str, seconds: float, finished: list[str]) -> None:
    await asyncio.sleep(seconds)
    finished.append(name)


SLEEPS = {"a": 3, "b": 1, "c": 2}


def test_d0_one_after_another_takes_the_sum() -> None:
    async def main() -> list[str]:
        finished: list[str] = []
        for name, seconds in SLEEPS.items():
            await sleeper(name, seconds, finished)
        return finished

    run = lab.run(main)
    assert (run.elapsed, run.result) == (6.0, ["a", "b", "c"])


def test_d0_together_takes_the_longest_and_finishes_by_length() -> None:
    async def main() -> list[str]:
        finished: list[str] = []
        sleepers = [sleeper(name, seconds, finished) for name, seconds in SLEEPS.items()]
        await asyncio.gather(*sleepers)
        return finished

    run = lab.run(main)
    assert (run.elapsed, run.result) == (3.0, ["b", "c", "a"])


# D1: ten requests to a handler that needs 2 s.


async def blocks() -> None:
    time.sleep(2)


async def awaits() -> None:
    await asyncio.sleep(2)


def blocks_in_a_thread() -> None:
    time.sleep(2)


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")


def ten_at_once(handler: Callable[..., Any]) -> lab.Run:
    async def main() -> None:
        async with client_of(app_of(handler)) as client:
            await at_once(10, lambda: client.get("/"))

    return lab.run(main)


def test_d1_ten_async_handlers_that_block_take_20_s() -> None:
    run = ten_at_once(blocks)
    assert run.elapsed == 20.0
    assert [held.seconds for held in run.blocked] == [2.0] * 10


@pytest.mark.parametrize("handler", [awaits, blocks_in_a_thread])
def test_d1_ten_handlers_that_await_or_run_in_threads_take_2_s(handler: Any) -> None:
    run = ten_at_once(handler)
    assert run.elapsed == 2.0
    assert run.blocked == []


def test_d1_a_serial_client_takes_20_s_too_and_nothing_blocks() -> None:
    async def main() -> None:
        async with client_of(app_of(awaits)) as client:
            for _ in range(10):
                await client.get("/")

    run = lab.run(main)
    assert run.elapsed == 20.0
    assert run.blocked == []


# D2: how often the loop goes round. A program's own wait is counted, from the step that begins
# it to the step that ends it. The start and the end of a run add two turns, in the lab as for
# real; sleeping one by one for real, each sleeper has a deadline of its own, and more turns.


class CountingLoop(asyncio.SelectorEventLoop):
    """The real loop, which counts its turns as the lab's does."""

    turns = 0

    def _run_once(self) -> None:
        self.turns += 1
        super()._run_once()  # type: ignore[misc]


def turns_during(wait: Callable[[], Awaitable[Any]]) -> Callable[[], Coroutine[Any, Any, int]]:
    """A program that tells how many turns the loop took while it waited."""

    async def main() -> int:
        loop: Any = asyncio.get_running_loop()
        before: int = loop.turns
        await wait()
        return int(loop.turns - before)

    return main


def for_real(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    loop = CountingLoop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()


def sleepers(count: int, seconds: float) -> Callable[[], Awaitable[Any]]:
    return lambda: asyncio.gather(*(asyncio.sleep(seconds) for _ in range(count)))


def test_d2_the_loop_goes_round_twice_in_an_hours_sleep() -> None:
    run = lab.run(turns_during(lambda: asyncio.sleep(3600)))
    assert (run.result, run.elapsed) == (2, 3600.0)
    assert for_real(turns_during(lambda: asyncio.sleep(0.01))) == 2


def test_d2_the_loop_goes_round_five_times_for_ten_thousand_sleepers() -> None:
    run = lab.run(turns_during(sleepers(10_000, 1)))
    assert (run.result, run.elapsed) == (5, 1.0)
    assert for_real(turns_during(sleepers(2, 0.01))) == 5


def test_d2_polling_with_sleep_0_takes_a_hundred_thousand_turns_and_no_time() -> None:
    async def main() -> None:
        done = asyncio.Event()
        asyncio.get_running_loop().call_later(1, done.set)
        while not done.is_set():
            await asyncio.sleep(0)

    run = lab.run(main, catch=True)
    assert isinstance(run.error, lab.Livelock)
    assert "100,000" in str(run.error)
    assert run.elapsed == 0.0


# D3: how many turns another task gets. The counts are the same for real.


async def turns_of_another(work: Callable[[asyncio.Task[None]], Awaitable[Any]]) -> int:
    """How often another task runs while the work is done; the work is given a task that is."""
    turns = 0
    done = asyncio.create_task(nothing())
    await done

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await asyncio.sleep(0)
    before = turns
    await work(done)
    after = turns
    task.cancel()
    return after - before


async def nothing() -> None:
    pass


async def await_coroutines(done: asyncio.Task[None]) -> None:
    for _ in range(100_000):
        await nothing()


async def await_a_done_task(done: asyncio.Task[None]) -> None:
    for _ in range(1_000):
        await done


async def take_a_free_lock(done: asyncio.Task[None]) -> None:
    lock = asyncio.Lock()
    for _ in range(1_000):
        async with lock:
            pass


async def put_into_a_queue(done: asyncio.Task[None]) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    for number in range(1_000):
        await queue.put(number)


async def set_time_outs(done: asyncio.Task[None]) -> None:
    for _ in range(1_000):
        async with asyncio.timeout(1):
            pass


async def take_a_free_anyio_lock(done: asyncio.Task[None]) -> None:
    lock = anyio.Lock()
    for _ in range(1_000):
        async with lock:
            pass


async def sleep_0(done: asyncio.Task[None]) -> None:
    for _ in range(1_000):
        await asyncio.sleep(0)


async def await_new_tasks(done: asyncio.Task[None]) -> None:
    for _ in range(1_000):
        await asyncio.create_task(nothing())


@pytest.mark.parametrize(
    ("work", "turns"),
    [
        (await_coroutines, 0),
        (await_a_done_task, 0),
        (take_a_free_lock, 0),
        (put_into_a_queue, 0),
        (set_time_outs, 0),
        (take_a_free_anyio_lock, 1_000),
        (sleep_0, 1_000),
        (await_new_tasks, 2_000),
    ],
)
def test_d3_turns_that_another_task_gets(
    work: Callable[[asyncio.Task[None]], Awaitable[Any]], turns: int
) -> None:
    assert lab.run(turns_of_another, work).result == turns
    assert for_real(lambda: turns_of_another(work)) == turns


# D4: five ticks, one a second.


async def five_ticks() -> AsyncIterator[bytes]:
    for number in range(5):
        yield f"{number}".encode()
        await asyncio.sleep(1)


def collecting(inner: Any) -> Any:
    """A middleware that collects the whole response before it sends any of it."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        kept: list[Any] = []

        async def keep(message: Any) -> None:
            kept.append(message)

        await inner(scope, receive, keep)
        for message in kept:
            await send(message)

    return app


def arrivals(app: Any) -> list[float]:
    """When a client gets each piece of the body."""

    async def main() -> list[float]:
        async with lab.serve(app) as server, server.connect("GET", "/") as exchange:
            return [time.monotonic() async for _ in exchange]

    times: list[float] = lab.run(main).result
    return times


def ticks() -> FastAPI:
    return app_of(lambda: StreamingResponse(five_ticks()))


def test_d4_ticks_arrive_as_they_are_made() -> None:
    assert arrivals(ticks()) == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_d4_under_a_collecting_middleware_all_arrive_at_the_end() -> None:
    assert arrivals(collecting(ticks())) == [5.0] * 5


# D5: 40 threads and 15 connections.


class SemaphorePool:
    """The simplest pool: so many connections, and a time-out."""

    def __init__(self, connections: int = 15) -> None:
        self._slots = threading.Semaphore(connections)

    @contextlib.contextmanager
    def connection(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=30):
            raise PoolTimeout
        try:
            yield
        finally:
            self._slots.release()


class FakeConnection:
    """As much of a DBAPI connection as a pool asks for."""

    def rollback(self) -> None:
        """Nothing was done."""

    close = rollback


class AlchemyPool:
    """SQLAlchemy's own pool, with the settings of the course's app."""

    def __init__(self) -> None:
        self._pool = QueuePool(
            FakeConnection,  # type: ignore[arg-type]
            pool_size=15, max_overflow=0, timeout=30,
        )  # fmt: skip

    @contextlib.contextmanager
    def connection(self) -> Iterator[None]:
        connection = self._pool.connect()
        try:
            yield
        finally:
            connection.close()


Pool = SemaphorePool | AlchemyPool
POOLS = [SemaphorePool, AlchemyPool]


def app_with_a_connection_per_request(pool: Pool) -> FastAPI:
    """A `def` dependency takes the connection, and a `def` handler uses it for 0.1 s."""

    def connection() -> Iterator[None]:
        with pool.connection():
            yield

    def handler(connection: Any = Depends(connection)) -> None:
        time.sleep(0.1)

    return app_of(handler)


def app_with_a_connection_inside(pool: Pool) -> FastAPI:
    """The handler takes its connection by itself, in the thread in which it works."""

    def handler() -> None:
        with pool.connection():
            time.sleep(0.1)

    return app_of(handler)


def replies(app: FastAPI, count: int, threads: int = 40) -> Counter[tuple[float, int]]:
    """How many replies of each status come at each time, of so many requests sent at once."""

    async def main() -> Counter[tuple[float, int]]:
        async with lab.serve(app) as server, server.client() as client:

            async def request() -> tuple[float, int]:
                status = (await client.get("/")).status_code
                return time.monotonic(), status

            return Counter(await at_once(count, request))

    found: Counter[tuple[float, int]] = lab.run(main, threads=threads).result
    return found


for_both_pools = pytest.mark.parametrize("pool", [SemaphorePool, AlchemyPool])


@for_both_pools
def test_d5_54_requests_are_all_served_in_07_s(pool: type[Pool]) -> None:
    found = replies(app_with_a_connection_per_request(pool()), 54)
    # One thread is left to serve those who have a connection; each that ends frees another.
    served = {0.1: 1, 0.2: 2, 0.3: 4, 0.4: 8, 0.5: 15, 0.6: 15, 0.7: 9}
    assert found == {(at, 200): count for at, count in served.items()}


@for_both_pools
def test_d5_55_requests_are_silent_for_30_s_then_40_fail_and_15_are_served(
    pool: type[Pool],
) -> None:
    found = replies(app_with_a_connection_per_request(pool()), 55)
    assert found == {(30.0, 500): 40, (30.1, 200): 15}


@for_both_pools
def test_d5_acquired_inside_the_handler_100_requests_take_07_s(pool: type[Pool]) -> None:
    found = replies(app_with_a_connection_inside(pool()), 100)
    served = {0.1: 15, 0.2: 15, 0.3: 15, 0.4: 15, 0.5: 15, 0.6: 15, 0.7: 10}
    assert found == {(at, 200): count for at, count in served.items()}


def test_d5_a_def_health_check_sent_at_1_waits_29_s() -> None:
    app = app_with_a_connection_per_request(SemaphorePool())
    app.get("/health")(lambda: "healthy")

    async def main() -> float:
        async with lab.serve(app) as server, server.client() as client:
            stuck = asyncio.create_task(at_once(55, lambda: client.get("/")))
            await asyncio.sleep(1)
            await client.get("/health")
            waited = time.monotonic() - 1
            await stuck
            return waited

    assert lab.run(main).result == 29.0


@pytest.mark.parametrize(
    ("threads", "connections", "fine"), [(40, 15, 54), (15, 15, 29), (40, 40, 79)]
)
def test_d5_threads_and_connections_are_stuck_from_their_sum_on(
    threads: int, connections: int, fine: int
) -> None:
    for count, stuck in ((fine, False), (fine + 1, True)):
        app = app_with_a_connection_per_request(SemaphorePool(connections))
        found = replies(app, count, threads)
        assert (sum(found[key] for key in found if key[1] == 500) > 0) is stuck


def test_d5_asyncio_has_a_thread_pool_of_its_own() -> None:
    """100 jobs of 1 s: on anyio's 40 tokens, and on a default executor for 4 cores."""

    async def with_anyio() -> None:
        await at_once(100, lambda: anyio.to_thread.run_sync(time.sleep, 1))

    async def with_asyncio() -> None:
        await at_once(100, lambda: asyncio.to_thread(time.sleep, 1))

    assert lab.run(with_anyio).elapsed == 3.0
    assert lab.run(with_asyncio).elapsed == 13.0


# D6: eight computations of 1 s, on four cores.


async def in_pool(pool: concurrent.futures.Executor) -> None:
    loop = asyncio.get_running_loop()
    with pool:
        await at_once(8, lambda: loop.run_in_executor(pool, lab.cpu, 1))


def test_d6_computing_on_the_loop_takes_8_s_and_holds_it() -> None:
    async def main() -> None:
        async def compute() -> None:
            lab.cpu(1)

        await at_once(8, compute)

    run = lab.run(main, cores=4)
    assert run.elapsed == 8.0
    assert sum(held.seconds for held in run.blocked) == 8.0


def test_d6_threads_share_one_gil_and_take_8_s() -> None:
    async def main() -> None:
        await in_pool(concurrent.futures.ThreadPoolExecutor(8))

    run = lab.run(main, cores=4)
    assert (run.elapsed, run.blocked) == (8.0, [])


def test_d6_processes_use_the_four_cores_and_take_2_s() -> None:
    async def main() -> None:
        await in_pool(concurrent.futures.ProcessPoolExecutor(8))

    run = lab.run(main, cores=4)
    assert (run.elapsed, run.blocked) == (2.0, [])


# D7: a failure at 1 s beside a sibling that writes once a second.


async def fail_at_1() -> None:
    await asyncio.sleep(1)
    raise ValueError


async def write_ten_times(written: list[float]) -> None:
    for _ in range(10):
        await asyncio.sleep(1)
        written.append(time.monotonic())


def writes_after_the_failure(
    run_both: Callable[[Coroutine[Any, Any, None], Coroutine[Any, Any, None]], Awaitable[Any]],
) -> int:
    """How often the sibling writes after the caller has heard of the failure."""

    async def main() -> int:
        written: list[float] = []
        try:
            await run_both(write_ten_times(written), fail_at_1())
        except* ValueError:
            heard_at = time.monotonic()
        before = len(written)
        assert heard_at == 1.0
        await asyncio.sleep(60)
        return len(written) - before

    writes: int = lab.run(main).result
    return writes


def test_d7_after_gather_has_raised_the_sibling_writes_nine_more_times() -> None:
    assert writes_after_the_failure(asyncio.gather) == 9


def test_d7_after_a_task_group_has_raised_the_sibling_writes_no_more() -> None:
    async def in_group(*works: Coroutine[Any, Any, None]) -> None:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)

    assert writes_after_the_failure(in_group) == 0


# D8: limits and races on one thread.


def test_d8_20_calls_of_1_s_with_a_limit_of_5_take_4_s_and_peak_at_5() -> None:
    shards = lab.upstream(latency=1.0)

    async def main() -> None:
        limit = asyncio.Semaphore(5)

        async def call() -> None:
            async with limit:
                await shards.get()

        await at_once(20, call)

    assert lab.run(main).elapsed == 4.0
    assert shards.peak == 5


def test_d8_two_tasks_that_acquire_a_limit_of_2_twice_are_stuck_at_10_ms() -> None:
    async def main() -> None:
        limit = asyncio.Semaphore(2)

        async def nested() -> None:
            async with limit:
                await asyncio.sleep(0.01)
                async with limit:
                    pass

        await at_once(2, nested)

    run = lab.run(main, catch=True)
    assert isinstance(run.error, lab.Deadlock)
    assert run.elapsed == 0.01


def test_d8_ten_buyers_take_one_seat_and_leave_minus_9() -> None:
    async def main() -> tuple[int, int]:
        seats, sold = 1, 0

        async def buy() -> None:
            nonlocal seats, sold
            if seats > 0:
                await asyncio.sleep(0.1)
                seats -= 1
                sold += 1

        await at_once(10, buy)
        return sold, seats

    run = lab.run(main)
    assert (run.result, run.elapsed) == ((10, -9), 0.1)
