"""FastAPI apps, driven through httpx.ASGITransport: handlers, dependencies, what follows a reply."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import anyio
import anyio.to_thread
import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

from tests.lab.programs.program import LONG, STEP, Log, Tally, program

# A request takes a millisecond or two of computing, so a step is longer here.
UNIT = 2 * STEP


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://app"
    )


async def get_all(app: FastAPI, *paths: str) -> list[int]:
    """Ask for all paths at once; the status codes."""
    async with client(app) as http:
        replies = await asyncio.gather(*(http.get(path, timeout=None) for path in paths))
    return [reply.status_code for reply in replies]


def app_with(path: str, handler: Any, **options: Any) -> FastAPI:
    """An app of one route."""
    app = FastAPI(openapi_url=None)
    app.get(path, **options)(handler)
    return app


@program(
    "ten `async def` handlers that block take turns",
    """
    5   5 replied
    10  10 replied
    10  returned
    """,
    step=UNIT / 2,
    blocks=10,
)
async def async_def_blocks(log: Log) -> None:
    replied = Tally(log, "replied", (5, 10))

    async def handler() -> None:
        time.sleep(UNIT / 2)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "ten `async def` handlers that await run together",
    """
    1  10 replied
    1  returned
    """,
    step=UNIT,
)
async def async_def_awaits(log: Log) -> None:
    replied = Tally(log, "replied", (10,))

    async def handler() -> None:
        await asyncio.sleep(UNIT)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "ten `def` handlers that block run together, in threads",
    """
    1  10 replied
    1  returned
    """,
    step=UNIT,
)
async def def_blocks(log: Log) -> None:
    replied = Tally(log, "replied", (10,))

    def handler() -> None:
        time.sleep(UNIT)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "of 41 `def` handlers one waits for a token",
    """
    1  40 replied
    2  41 replied
    2  returned
    """,
    step=LONG,
)
async def forty_one(log: Log) -> None:
    replied = Tally(log, "replied", (40, 41))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 41)


@program(
    "80 `def` handlers fill the threads twice; an `async def` health check answers meanwhile",
    """
    0.5  healthy
    1    40 replied
    2    80 replied
    2    returned
    """,
    step=LONG,
)
async def eighty(log: Log) -> None:
    replied = Tally(log, "replied", (40, 80))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    async def health() -> None:
        log("healthy")

    app = app_with("/", handler)
    app.get("/health")(health)

    async def probe() -> None:
        await asyncio.sleep(LONG / 2)
        await get_all(app, "/health")

    await asyncio.gather(get_all(app, *["/"] * 80), probe())


@program(
    "a `def` health check waits for a token like all others",
    """
    1    40 replied
    1.5  healthy
    1.5  returned
    """,
    step=LONG,
)
async def def_health(log: Log) -> None:
    replied = Tally(log, "replied", (40,))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    def health() -> None:
        time.sleep(LONG / 2)
        log("healthy")

    app = app_with("/", handler)
    app.get("/health")(health)

    async def probe() -> None:
        await asyncio.sleep(LONG / 2)
        await get_all(app, "/health")

    await asyncio.gather(get_all(app, *["/"] * 40), probe())


@program(
    "a limiter set to 80 tokens when the app starts lets 80 `def` handlers run together",
    """
    1  80 replied
    1  returned
    """,
    step=LONG,
)
async def eighty_tokens(log: Log) -> None:
    replied = Tally(log, "replied", (80,))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    anyio.to_thread.current_default_thread_limiter().total_tokens = 80
    await get_all(app_with("/", handler), *["/"] * 80)


@program(
    "a `def` dependency and a `def` handler take a thread each, one after the other",
    """
    1  dependency
    2  handler
    3  reply 200
    3  returned
    """,
    step=UNIT,
)
async def def_dependency(log: Log) -> None:
    def dependency() -> str:
        time.sleep(UNIT)
        log("dependency")
        return "d"

    def handler(value: Annotated[str, Depends(dependency)]) -> None:
        time.sleep(UNIT)
        log("handler")

    (status,) = await get_all(app_with("/", handler), "/")
    await asyncio.sleep(UNIT)
    log(f"reply {status}")


@program(
    "a yield dependency closes after the reply is made; with scope='function' before it",
    """
    0  handler
    0  reply begins
    1  closed
    1  handler
    2  closed
    2  reply begins
    2  returned
    """,
    step=UNIT,
)
async def yield_dependency(log: Log) -> None:
    async def resource() -> AsyncIterator[str]:
        yield "r"
        await asyncio.sleep(UNIT)
        log("closed")

    async def late(value: Annotated[str, Depends(resource)]) -> None:
        log("handler")

    async def early(value: Annotated[str, Depends(resource, scope="function")]) -> None:
        log("handler")

    inner = app_with("/late", late)
    inner.get("/early")(early)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                log("reply begins")
            await send(message)

        await inner(scope, receive, note)

    for path in ("/late", "/early"):
        await get_all(app, path)  # type: ignore[arg-type]


@program(
    "background tasks run after the reply, one after another, `def` ones in a thread",
    """
    0  handler
    0  reply is complete
    1  async task
    3  def task
    3  returned
    """,
    step=UNIT,
)
async def background(log: Log) -> None:
    async def first() -> None:
        await asyncio.sleep(UNIT)
        log("async task")

    def second() -> None:
        time.sleep(2 * UNIT)
        log("def task")

    async def handler(tasks: BackgroundTasks) -> None:
        log("handler")
        tasks.add_task(first)
        tasks.add_task(second)

    inner = app_with("/", handler)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body":
                log("reply is complete")

        await inner(scope, receive, note)

    await get_all(app, "/")  # type: ignore[arg-type]


def note_chunks(log: Log, inner: FastAPI) -> Any:
    """The app, with a note in the log for each piece of the body."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            if message.get("body"):
                log(f"chunk {message['body'].decode()}")
            await send(message)

        await inner(scope, receive, note)

    return app


@program(
    "a stream from a sync iterator is driven in a thread, and leaves the loop free",
    """
    1    chunk 1
    1.5  timer
    2    chunk 2
    3    chunk 3
    3    returned
    """,
    step=UNIT,
)
async def sync_stream(log: Log) -> None:
    def numbers() -> Iterator[str]:
        for number in (1, 2, 3):
            time.sleep(UNIT)
            yield str(number)

    async def handler() -> StreamingResponse:
        return StreamingResponse(numbers())

    asyncio.get_running_loop().call_later(1.5 * UNIT, log, "timer")
    await get_all(note_chunks(log, app_with("/", handler)), "/")


@program(
    "two streams from async iterators take turns",
    """
    1    chunk a1
    1.5  chunk b1
    2    chunk a2
    3    chunk b2
    3    returned
    """,
    step=UNIT,
)
async def async_streams(log: Log) -> None:
    async def numbers(name: str, pause: float) -> AsyncIterator[str]:
        for number in (1, 2):
            await asyncio.sleep(pause * UNIT)
            yield f"{name}{number}"

    async def handler(name: str, pause: float) -> StreamingResponse:
        return StreamingResponse(numbers(name, pause))

    app = note_chunks(log, app_with("/{name}/{pause}", handler))
    await get_all(app, "/a/1", "/b/1.5")


@program(
    "an HTTPException in a dependency is the reply, another error is a 500; both close what is open",
    """
    0  closed
    0  404
    1  closed
    1  500
    1  returned
    """,
    step=UNIT,
)
async def failures(log: Log) -> None:
    async def resource() -> AsyncIterator[None]:
        try:
            yield
        finally:
            log("closed")

    async def missing(open_one: Annotated[None, Depends(resource)]) -> None:
        raise HTTPException(404)

    async def handler(it: Annotated[None, Depends(missing)]) -> None:
        log("never")

    async def broken(open_one: Annotated[None, Depends(resource)]) -> None:
        await asyncio.sleep(UNIT)
        raise ValueError

    app = app_with("/missing", handler)
    app.get("/broken")(broken)
    for path in ("/missing", "/broken"):
        log(str(*await get_all(app, path)))


@program(
    "a child's HTTPException in a TaskGroup becomes a 500, with gather it stays a 404",
    """
    1  500
    2  404
    2  returned
    """,
    step=UNIT,
)
async def status_in_a_group(log: Log) -> None:
    async def child() -> None:
        await asyncio.sleep(UNIT)
        raise HTTPException(404)

    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    async def gathered() -> None:
        await asyncio.gather(child())

    app = app_with("/group", grouped)
    app.get("/gather")(gathered)
    for path in ("/group", "/gather"):
        log(str(*await get_all(app, path)))


@program(
    "middleware of Starlette's base class runs round the handler, in the order of adding, reversed",
    """
    0  outer in
    1  inner in
    2  handler
    3  inner out
    3  outer out
    3  returned
    """,
    step=UNIT,
)
async def middleware(log: Log) -> None:
    async def handler() -> None:
        await asyncio.sleep(UNIT)
        log("handler")

    async def inner(request: Request, call_next: Any) -> Any:
        await asyncio.sleep(UNIT)
        log("inner in")
        response = await call_next(request)
        await asyncio.sleep(UNIT)
        log("inner out")
        return response

    async def outer(request: Request, call_next: Any) -> Any:
        log("outer in")
        response = await call_next(request)
        log("outer out")
        return response

    app = app_with("/", handler)
    app.add_middleware(BaseHTTPMiddleware, dispatch=inner)
    app.add_middleware(BaseHTTPMiddleware, dispatch=outer)
    await get_all(app, "/")
