"""What chapter 05 says of threads, anyio and FastAPI and shows in no cell of its own is so."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.to_thread import current_default_thread_limiter as bowl
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse
from starlette.staticfiles import StaticFiles

from checker import lab
from checker.lab.asgi import serve


async def tokens() -> float:
    return bowl().total_tokens


def test_the_bowl_holds_forty_and_belongs_to_a_loop() -> None:
    async def takes_some() -> None:
        bowl().total_tokens = 2

    assert asyncio.run(tokens()) == 40
    asyncio.run(takes_some())
    assert asyncio.run(tokens()) == 40
    with pytest.raises(anyio.NoEventLoopError):
        bowl()


def test_a_limiter_of_ones_own_can_be_made_where_no_loop_runs() -> None:
    made = anyio.CapacityLimiter(1)

    async def main() -> int:
        return await anyio.to_thread.run_sync(lambda: bowl_is_full(made), limiter=made)

    def bowl_is_full(limiter: anyio.CapacityLimiter) -> int:
        return limiter.borrowed_tokens

    assert [asyncio.run(main()), asyncio.run(main())] == [1, 1]


async def send(app: Any, path: str, count: int) -> list[float]:
    loop = asyncio.get_running_loop()
    async with lab.serve(app) as server:

        async def user() -> float:
            async with server.connect("GET", path) as exchange:
                await exchange.read()
            return loop.time()

        return await asyncio.gather(*(user() for _ in range(count)))


def sleeps_for_1_s() -> None:
    time.sleep(1)


def report() -> FastAPI:
    web = FastAPI()
    web.get("/")(sleeps_for_1_s)
    return web


def test_the_41st_waits_for_a_second_and_nobody_else_does() -> None:
    assert lab.run(send, report(), "/", 41).result == [1] * 40 + [2]


def test_who_finds_the_bowl_empty_waits_in_a_line() -> None:
    assert lab.run(send, report(), "/", 5, threads=1).result == [1, 2, 3, 4, 5]


def test_no_log_has_a_line_for_those_who_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    lab.run(send, report(), "/", 5, threads=1)
    assert caplog.records == []


async def asked_for_a_token(job: Callable[[], Awaitable[Any]]) -> bool:
    """Whether a job that finds the bowl empty waits for it."""
    limiter = bowl()
    limiter.total_tokens = 1
    async with limiter:
        task = asyncio.ensure_future(job())
        while not task.done() and not limiter.statistics().tasks_waiting:
            await asyncio.sleep(0)
        waits = not task.done()
    await task
    return waits


async def get(app: Any, path: str = "/") -> None:
    async with serve(app) as server, server.client() as client:
        assert (await client.get(path)).status_code == 200


def plain() -> int:
    return 1


class Plain:
    """A class is called for its instance: a dependency that nobody can await."""


async def awaited() -> int:
    return 1


def web(
    handler: Callable[..., Any], *needs: Callable[..., Any]
) -> Callable[[], Coroutine[Any, Any, Any]]:
    app = FastAPI(dependencies=[Depends(need) for need in needs])
    app.get("/")(handler)
    return lambda: get(app)


async def write(size: int) -> None:
    upload = UploadFile(tempfile.SpooledTemporaryFile(max_size=100))  # type: ignore[arg-type] # noqa: SIM115
    try:
        await upload.write(bytes(size))
    finally:
        upload.file.close()


async def open_file() -> None:
    async with await anyio.open_file(__file__) as file:
        await file.readline()


def files() -> Starlette:
    app = Starlette()
    app.mount("/", StaticFiles(directory=Path(__file__).parent))
    return app


def a_line() -> Iterator[str]:
    yield "line"


def compressed() -> GZipMiddleware:
    return GZipMiddleware(PlainTextResponse("a" * (1 << 18)))


@pytest.mark.parametrize(
    ("job", "asks"),
    [
        (web(plain), True),
        (web(awaited, plain), True),
        (web(awaited, Plain), True),
        (partial(get, files(), "/" + Path(__file__).name), True),
        (partial(get, FileResponse(__file__)), True),
        (partial(get, StreamingResponse(a_line())), True),
        (partial(write, 101), True),
        (open_file, True),
        (web(awaited, awaited), False),
        (partial(write, 99), False),
        (partial(asyncio.to_thread, plain), False),
        (partial(get, compressed()), False),
    ],
    ids=[
        *("def handler", "def dependency", "class dependency", "StaticFiles", "FileResponse"),
        *("generator", "upload on disk", "anyio.open_file"),
        *("async def", "upload in memory", "asyncio.to_thread", "gzip"),
    ],
)
def test_who_takes_from_the_bowl(job: Callable[[], Awaitable[Any]], asks: bool) -> None:
    assert asyncio.run(asked_for_a_token(job)) is asks


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The limiter of each visit to a thread of anyio's; None stands for the bowl."""
    made: list[Any] = []
    run_sync = anyio.to_thread.run_sync

    async def noted(function: Any, *args: Any, **options: Any) -> Any:
        made.append(options.get("limiter"))
        return await run_sync(function, *args, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", noted)
    return made


def test_a_handler_and_its_dependency_are_a_visit_each(visits: list[Any]) -> None:
    asyncio.run(web(lambda: 1, plain)())
    assert visits == [None, None]


def test_starlette_compresses_large_bodies_in_threads_of_another_bowl(visits: list[Any]) -> None:
    asyncio.run(get(compressed()))
    assert [limiter.total_tokens for limiter in visits] == [40]


def test_a_file_that_was_made_async_is_a_visit_for_each_call(visits: list[Any]) -> None:
    async def three_lines() -> None:
        async with await anyio.open_file(__file__) as file:
            for _ in range(3):
                await file.readline()

    asyncio.run(three_lines())
    assert len(visits) == 1 + 3 + 1  # It is opened and closed in a thread, too.


@pytest.mark.parametrize(("cores", "threads"), [(1, 5), (4, 8), (28, 32), (100, 32)])
def test_the_default_executor_has_four_threads_more_than_there_are_cores_and_at_most_32(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    """From Python 3.13 on, these are the cores that the process may use."""
    count = "process_cpu_count" if sys.version_info >= (3, 13) else "cpu_count"
    monkeypatch.setattr(os, count, lambda: cores)

    async def main() -> Any:
        await asyncio.to_thread(plain)
        loop: Any = asyncio.get_running_loop()
        return loop._default_executor._max_workers

    assert asyncio.run(main()) == threads


class Asked(ThreadPoolExecutor):
    """It knows what it was asked for."""

    def __init__(self) -> None:
        super().__init__(1)
        self.functions: list[Any] = []

    def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
        self.functions.append(function)
        return super().submit(function, *args, **options)


async def by_asyncio(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    await writer.wait_closed()


async def by_anyio(host: str, port: int) -> None:
    await (await anyio.connect_tcp(host, port)).aclose()


@pytest.mark.parametrize("connect", [by_asyncio, by_anyio])
@pytest.mark.parametrize(("host", "asked"), [("localhost", True), ("127.0.0.1", False)])
def test_a_loop_asks_the_default_executor_for_the_address_of_a_name(
    connect: Callable[[str, int], Awaitable[None]], host: str, asked: bool
) -> None:
    async def main() -> list[Any]:
        asyncio.get_running_loop().set_default_executor(executor := Asked())
        with socket.create_server(("127.0.0.1", 0)) as server:
            await connect(host, server.getsockname()[1])
        return executor.functions

    assert asyncio.run(main()) == [socket.getaddrinfo] * asked


def test_with_a_core_more_there_is_a_thread_for_the_address() -> None:
    async def look_up() -> float:
        loop = asyncio.get_running_loop()
        writing = [asyncio.create_task(asyncio.to_thread(time.sleep, 1)) for _ in range(8)]
        await asyncio.sleep(0.5)
        await loop.run_in_executor(None, str, "an address")
        found = loop.time()
        await asyncio.gather(*writing)
        return found

    assert [lab.run(look_up, cores=cores).result for cores in (4, 5)] == [1, 0.5]


def test_more_threads_are_no_faster_where_handlers_compute() -> None:
    app = FastAPI()
    app.get("/")(lambda: lab.cpu(0.5))
    took = [lab.run(send, app, "/", 8, threads=threads).elapsed for threads in (4, 8)]
    assert took == [4, 4]


def orders(connections: int, seconds: float) -> FastAPI:
    app, pool = FastAPI(), threading.Semaphore(connections)

    def connection() -> Iterator[None]:
        if not pool.acquire(timeout=seconds):
            raise TimeoutError
        yield
        pool.release()

    @app.get("/", dependencies=[Depends(connection)])
    def order() -> None:
        time.sleep(0.1)

    return app


@pytest.mark.parametrize("seconds", [3, 30])
def test_a_shorter_time_out_only_makes_errors_sooner(seconds: int) -> None:
    answers = lab.run(send, orders(1, seconds), "/", 3, threads=2).result
    assert sorted(answers) == pytest.approx([seconds, seconds, seconds + 0.1])


def test_the_limiter_knows_how_many_are_out_and_how_many_wait() -> None:
    async def main() -> tuple[int, int]:
        jobs = [asyncio.create_task(anyio.to_thread.run_sync(time.sleep, 1)) for _ in range(43)]
        await asyncio.sleep(0.5)
        full = bowl().statistics()
        await asyncio.gather(*jobs)
        return full.borrowed_tokens, full.tasks_waiting

    assert lab.run(main).result == (40, 3)


request_id: ContextVar[str] = ContextVar("request_id", default="none")


def test_it_is_the_road_and_not_the_pool_that_carries_the_context() -> None:
    """`to_thread` and `run_in_executor(None, …)` lead to the same threads."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        request_id.set("ada-1")
        return [
            await asyncio.to_thread(request_id.get),
            await loop.run_in_executor(None, request_id.get),
            await loop.run_in_executor(None, copy_context().run, request_id.get),
        ]

    assert asyncio.run(main()) == ["ada-1", "none", "ada-1"]


@pytest.mark.parametrize("visit", [asyncio.to_thread, anyio.to_thread.run_sync])
def test_what_a_thread_sets_stays_in_its_copy(visit: Callable[..., Awaitable[Any]]) -> None:
    async def main() -> str:
        request_id.set("ada-1")
        await visit(request_id.set, "changed")
        return request_id.get()

    assert asyncio.run(main()) == "ada-1"
