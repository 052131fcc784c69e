"""FastAPI apps: what comes before, with and after the reply."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware

from tests.lab.programs.apps import UNIT, app_with, get_all, heard
from tests.lab.programs.program import Log, program


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

    app = app_with("/late", late)
    app.get("/early")(early)

    def hear(message: Any) -> None:
        if message["type"] == "http.response.start":
            log("reply begins")

    for path in ("/late", "/early"):
        await get_all(heard(app, hear), path)


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

    def hear(message: Any) -> None:
        if message["type"] == "http.response.body":
            log("reply is complete")

    await get_all(heard(app_with("/", handler), hear), "/")


def hear_chunks(log: Log) -> Callable[[Any], None]:
    """A note in the log for each piece of a body."""

    def hear(message: Any) -> None:
        if message.get("body"):
            log(f"chunk {message['body'].decode()}")

    return hear


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
    await get_all(heard(app_with("/", handler), hear_chunks(log)), "/")


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

    app = app_with("/{name}/{pause}", handler)
    # Making the validators of the two parameters takes 20 ms of computing.
    log.start()
    await get_all(heard(app, hear_chunks(log)), "/a/1", "/b/1.5")


@program(
    "an HTTPException in a dependency is the reply, another error is a 500; what is open is closed",
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
