"""Point 4, in a web framework: what FastAPI and Starlette run in threads, with their limiters."""

from __future__ import annotations

import asyncio
import contextvars
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request, UploadFile
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from checker import lab
from checker.trace import Lane
from tests.lab.places import place

USER = contextvars.ContextVar("USER", default="nobody")
Requests = Callable[[httpx.AsyncClient], Any]


def serve(app: FastAPI, requests: Requests, cores: int = 4, threads: int = 40) -> lab.Run:
    """Run requests against an app, in one process, through httpx's own transport."""

    async def main() -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            return await requests(client)

    return lab.run(main, cores=cores, threads=threads)


def at_once(path: str, count: int) -> Requests:
    """So many requests at the same moment; each answers with its time."""

    async def requests(client: httpx.AsyncClient) -> list[float]:
        replies = await asyncio.gather(*(client.get(path) for _ in range(count)))
        assert {reply.status_code for reply in replies} == {200}
        return [reply.json() for reply in replies]

    return requests


def nap() -> float:
    time.sleep(1)
    return time.monotonic()


class Napping:
    """A dependency that is a class: FastAPI makes it in a thread, as any callable."""

    def __init__(self) -> None:
        nap()


def opened() -> Iterator[str]:
    """A dependency with an end: FastAPI runs both halves in threads."""
    nap()
    yield "open"
    nap()


app = FastAPI()
background: list[tuple[str, float]] = []


@app.get("/def")
def handler() -> float:
    return nap()


@app.get("/async")
async def async_handler() -> float:
    await asyncio.sleep(1)
    return time.monotonic()


@app.get("/blocking")
async def blocking_handler() -> float:
    return nap()


@app.get("/depends")
async def with_dependency(at: Annotated[float, Depends(nap)]) -> float:
    return at


@app.get("/both")
def with_both(at: Annotated[float, Depends(nap)]) -> float:
    return nap()


@app.get("/class")
async def with_class(napping: Annotated[Napping, Depends()]) -> float:
    return time.monotonic()


@app.get("/yield")
async def with_yield(thing: Annotated[str, Depends(opened)]) -> float:
    assert thing == "open"
    return time.monotonic()


@app.get("/background")
async def with_background(tasks: BackgroundTasks) -> float:
    def note(name: str) -> None:
        background.append((name, nap()))

    tasks.add_task(note, "first")
    tasks.add_task(note, "second")
    return time.monotonic()


@app.get("/stream")
def stream() -> StreamingResponse:
    def numbers() -> Iterator[bytes]:
        for number in range(3):
            time.sleep(1)
            yield b"%d at %d;" % (number, time.monotonic())

    return StreamingResponse(numbers())


@app.get("/user")
def user(request: Request) -> str:
    return USER.get()


# The numbers that the course states.


@pytest.mark.parametrize(
    ("requests", "elapsed"), [(1, 1), (40, 1), (41, 2), (80, 2), (100, 3), (121, 4)]
)
def test_def_handlers_share_forty_threads(requests: int, elapsed: int) -> None:
    run = serve(app, at_once("/def", requests))
    assert run.elapsed == elapsed
    assert sorted(run.result) == [float(1 + n // 40) for n in range(requests)]
    assert run.blocked == []


@pytest.mark.parametrize(("threads", "elapsed"), [(1, 20), (8, 3), (20, 1)])
def test_a_machine_of_another_size_has_other_waves(threads: int, elapsed: int) -> None:
    assert serve(app, at_once("/def", 20), threads=threads).elapsed == elapsed


def test_cores_play_no_part_for_def_handlers() -> None:
    assert serve(app, at_once("/def", 100), cores=1).elapsed == 3


def test_the_threads_are_no_more_than_forty_and_used_again() -> None:
    run = serve(app, at_once("/def", 100))
    threads = [event for event in run.trace if isinstance(event, Lane) and event.kind == "thread"]
    assert [event.name for event in threads] == [f"thread-{n}" for n in range(1, 41)]


def test_async_handlers_need_no_thread() -> None:
    run = serve(app, at_once("/async", 500))
    assert run.elapsed == 1
    assert not [event for event in run.trace if isinstance(event, Lane) and event.kind == "thread"]


def test_blocking_async_handlers_go_one_after_the_other() -> None:
    run = serve(app, at_once("/blocking", 5))
    assert run.result == [1, 2, 3, 4, 5]
    assert [(each.at, each.seconds) for each in run.blocked] == [(n, 1) for n in range(5)]
    assert {each.where for each in run.blocked} == {place(nap, "time.sleep(1)")}


def test_async_handlers_do_not_feel_full_threads() -> None:
    async def requests(client: httpx.AsyncClient) -> list[float]:
        slow = [client.get("/def") for _ in range(100)]
        quick = [client.get("/async") for _ in range(10)]
        replies = await asyncio.gather(*slow, *quick)
        return [reply.json() for reply in replies[100:]]

    run = serve(app, requests)
    assert run.result == [1] * 10
    assert run.elapsed == 3


# What else takes threads from the same forty.


@pytest.mark.parametrize("path", ["/depends", "/class"])
@pytest.mark.parametrize(("requests", "elapsed"), [(40, 1), (41, 2)])
def test_dependencies_that_are_not_async_take_a_thread(
    path: str, requests: int, elapsed: int
) -> None:
    assert serve(app, at_once(path, requests)).elapsed == elapsed


def test_a_dependency_and_its_handler_take_one_after_the_other() -> None:
    assert serve(app, at_once("/both", 40)).elapsed == 2
    # The dependency that waited gets its thread first, since it asked first.
    assert serve(app, at_once("/both", 41)).elapsed == 3


def test_a_dependency_that_yields_runs_both_halves_in_threads() -> None:
    run = serve(app, at_once("/yield", 3))
    assert run.result == [1, 1, 1]
    assert run.elapsed == 2
    assert run.blocked == []


def test_background_tasks_run_one_after_the_other_in_threads() -> None:
    background.clear()
    run = serve(app, at_once("/background", 1))
    assert run.result == [0], "the handler had answered long before"
    assert background == [("first", 1), ("second", 2)]
    assert run.elapsed == 2, "httpx's transport waits until the app is done"
    assert run.blocked == []


def test_a_sync_iterator_is_streamed_through_threads() -> None:
    async def requests(client: httpx.AsyncClient) -> tuple[str, float]:
        reply, quick = await asyncio.gather(client.get("/stream"), client.get("/async"))
        return reply.text, quick.json()

    run = serve(app, requests)
    assert run.result == ("0 at 1;1 at 2;2 at 3;", 1)
    assert run.elapsed == 3
    assert run.blocked == []


def test_forty_one_sync_iterators_wait_for_each_other_at_every_chunk() -> None:
    async def requests(client: httpx.AsyncClient) -> None:
        await asyncio.gather(*(client.get("/stream") for _ in range(41)))

    # 41 streams of 3 chunks are 123 seconds of work for 40 threads.
    assert serve(app, requests).elapsed == 4


def test_a_big_upload_goes_to_disk_and_back_through_threads() -> None:
    async def main() -> int:
        spool: Any = tempfile.SpooledTemporaryFile(max_size=1000)  # noqa: SIM115 (file closes it)
        file = UploadFile(spool, size=0)
        for _ in range(3):
            await file.write(b"x" * 600)
        await file.seek(0)
        found = len(await file.read())
        await file.close()
        return found

    run = lab.run(main)
    assert run.result == 1800
    assert run.elapsed == 0
    assert [event for event in run.trace if isinstance(event, Lane) and event.kind == "thread"]
    assert run.blocked == []


def test_files_are_served_through_threads_and_block_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(b"hello" * 50_000)
    files = FastAPI()
    files.mount("/static", StaticFiles(directory=tmp_path))

    @files.get("/file")
    async def file() -> FileResponse:
        return FileResponse(tmp_path / "page.txt")

    async def requests(client: httpx.AsyncClient) -> list[tuple[int, int]]:
        paths = ["/static/page.txt", "/file", "/static/none.txt"]
        replies = await asyncio.gather(*(client.get(path) for path in paths))
        return [(reply.status_code, len(reply.content)) for reply in replies]

    run = serve(files, requests)
    assert [status for status, _ in run.result] == [200, 200, 404]
    assert [size for _, size in run.result][:2] == [250_000, 250_000]
    assert run.elapsed == 0
    assert [event for event in run.trace if isinstance(event, Lane) and event.kind == "thread"]


def test_context_variables_reach_a_def_handler() -> None:
    async def requests(client: httpx.AsyncClient) -> Any:
        USER.set("ada")
        return (await client.get("/user")).json()

    assert serve(app, requests).result == "ada"


def test_the_limiter_can_be_set_in_the_lifespan() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        from anyio.to_thread import current_default_thread_limiter

        current_default_thread_limiter().total_tokens = 80
        yield

    wide = FastAPI(lifespan=lifespan)
    wide.get("/def")(handler)

    async def requests(client: httpx.AsyncClient) -> None:
        async with wide.router.lifespan_context(wide):
            await at_once("/def", 80)(client)

    assert serve(wide, requests).elapsed == 1
