"""What chapter 04 says of ASGI, of uvicorn and of frameworks and shows in no cell of its own is so.

That uvicorn does what the lab's server does, message by message, is shown in tests/lab/asgi.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import BackgroundTasks, FastAPI
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse

from checker import lab
from checker.lab.asgi import serve
from tests.lab.asgi.both import answer, body, start, whole
from tests.lab.asgi.real import RealServer


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What uvicorn's own configuration logs: all from the level of info on."""
    for each in ("uvicorn.error", "uvicorn.access"):
        caplog.set_level(logging.INFO, each)
    return caplog


@contextmanager
def access_to(log: pytest.LogCaptureFixture) -> Iterator[None]:
    """A `RealServer` takes the handlers of uvicorn's access log away when it is made."""
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(log.handler)
    try:
        yield
    finally:
        logger.removeHandler(log.handler)


async def breaks_off(scope: Any, receive: Any, send: Any) -> None:
    await start(send)
    await body(send, b"Hel", more=True)
    raise ValueError


def test_a_response_that_breaks_off_is_a_200_in_the_log_beside_an_error(
    log: pytest.LogCaptureFixture,
) -> None:
    async def main() -> tuple[Any, ...]:
        async with RealServer(breaks_off) as server:
            with access_to(log):
                async with server.connect("GET", "/") as exchange:
                    return await whole(exchange)

    seen = asyncio.run(main())
    assert (seen[0], *seen[2:]) == (200, b"Hel", "broken")
    told = [(record.name, record.levelname, record.message.strip()) for record in log.records]
    assert told[0][:2] == ("uvicorn.access", "INFO")
    assert told[0][2].endswith('"GET / HTTP/1.1" 200')
    assert told[1:] == [("uvicorn.error", "ERROR", "Exception in ASGI application")]


def test_nothing_is_logged_of_a_start_that_never_answers_but_that_it_is_waited_for(
    log: pytest.LogCaptureFixture,
) -> None:
    waits = asyncio.Event()

    async def forgets_to_answer(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        waits.set()
        await receive()

    async def main() -> tuple[bool, list[str]]:
        server = RealServer(forgets_to_answer, lifespan="auto")
        starting = asyncio.create_task(server.__aenter__())
        await waits.wait()
        for _ in range(100):
            await asyncio.sleep(0)
        seen = server.uvicorn.started, list(log.messages)
        starting.cancel()
        await asyncio.wait([starting])
        return seen

    assert asyncio.run(main()) == (False, ["Waiting for application startup."])


async def raises_in_its_lifespan(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        raise ValueError
    await answer(send)


async def says_that_it_failed(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed"})
    await answer(send)


@asynccontextmanager
async def no_database(app: FastAPI) -> Any:
    raise OSError("no database")
    yield


@pytest.mark.parametrize(
    ("app", "served"),
    [
        (raises_in_its_lifespan, True),
        (says_that_it_failed, False),
        (FastAPI(lifespan=no_database), False),
    ],
    ids=["raises", "says so", "FastAPI says so"],
)
def test_a_start_that_fails_must_be_said_or_the_app_is_served(app: Any, served: bool) -> None:
    async def main() -> int:
        async with (
            RealServer(app, lifespan="auto") as server,
            server.connect("GET", "/") as exchange,
        ):
            return await exchange.status()

    if served:
        assert asyncio.run(main()) == 200
    else:
        with pytest.raises(SystemExit):
            asyncio.run(main())


def test_uvicorn_speaks_asgi_2_3_without_trailers() -> None:
    """So no header can follow the text, and what is sent to nobody is dropped; 2.4 may raise."""
    scopes: list[Any] = []

    async def notes_its_scope(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await answer(send)

    async def main() -> None:
        async with RealServer(notes_its_scope) as server, server.connect("GET", "/") as exchange:
            await exchange.read()

    asyncio.run(main())
    assert scopes[0]["asgi"]["spec_version"] == "2.3"
    assert scopes[0].get("extensions", {}) == {}


def test_uvicorn_has_nothing_to_await_for_its_start_and_no_limit_for_its_end() -> None:
    config = uvicorn.Config(answer, log_config=None)
    server = uvicorn.Server(config)
    assert server.started is False
    assert (config.lifespan, config.timeout_graceful_shutdown) == ("auto", None)
    awaitable = (asyncio.Event, asyncio.Future, asyncio.Condition)
    assert not [value for value in vars(server).values() if isinstance(value, awaitable)]


name: ContextVar[str] = ContextVar("name", default="nobody")


async def sets(value: str) -> None:
    name.set(value)


def test_a_plain_await_shares_its_callers_context_and_a_task_does_not() -> None:
    async def main() -> list[str]:
        seen = [name.get()]
        await asyncio.create_task(sets("task"))
        seen.append(name.get())
        await sets("await")
        return [*seen, name.get()]

    assert asyncio.run(main()) == ["nobody", "nobody", "await"]


def test_fastapi_awaits_an_async_def_on_the_loop_and_gives_a_def_a_thread_and_a_copy() -> None:
    seen: list[tuple[str, bool]] = []
    web = FastAPI()

    def note(value: str) -> None:
        seen.append((name.get(), threading.current_thread() is threading.main_thread()))
        name.set(value)

    @web.get("/async")
    async def on_the_loop() -> None:
        note("from the loop")

    @web.get("/def")
    def in_a_thread() -> None:
        note("from a thread")

    async def around(scope: Any, receive: Any, send: Any) -> None:
        name.set("ada")
        await web(scope, receive, send)
        seen.append((name.get(), True))

    async def main() -> None:
        async with serve(around, lifespan=False) as server, server.client() as client:
            await client.get("/async")
            await client.get("/def")

    asyncio.run(main())
    assert seen == [("ada", True), ("from the loop", True), ("ada", False), ("ada", True)]


def starlettes(work: Any) -> Any:
    return PlainTextResponse("Hello", background=BackgroundTask(work))


def fastapis(work: Any) -> Any:
    web = FastAPI()

    @web.get("/")
    async def handler(tasks: BackgroundTasks) -> str:
        tasks.add_task(work)
        return "Hello"

    return web


@pytest.mark.parametrize("make", [starlettes, fastapis])
def test_background_tasks_are_what_a_handler_does_after_its_last_body(make: Any) -> None:
    async def work() -> None:
        done.append(("work", asyncio.current_task()))

    def around(app: Any) -> Any:
        async def noting(scope: Any, receive: Any, send: Any) -> None:
            async def note(message: Any) -> None:
                done.append((message["type"], message.get("more_body", False)))
                await send(message)

            await app(scope, receive, note)
            done.append(("returned", asyncio.current_task()))

        return noting

    async def main() -> None:
        async with lab.serve(around(make(work)), lifespan=False) as server, server.client() as user:
            await user.get("/")

    done: list[tuple[str, Any]] = []
    lab.run(main)
    kinds = [kind for kind, _ in done]
    assert kinds == ["http.response.start", "http.response.body", "work", "returned"]
    assert done[1][1] is False
    assert done[2][1] is done[3][1]


def test_the_next_request_of_a_connection_is_answered_while_the_last_ones_handler_works_on() -> (
    None
):
    clients: list[Any] = []

    async def main() -> int:
        may_end = asyncio.Event()

        async def works_on(scope: Any, receive: Any, send: Any) -> None:
            clients.append(scope["client"])
            await answer(send)
            if len(clients) == 1:
                await may_end.wait()
                clients.append("ended")

        limits = httpx.Limits(max_connections=1)
        async with RealServer(works_on) as server, server.client(limits=limits) as client:
            await client.get("/first")
            status = (await client.get("/second")).status_code
            may_end.set()
        return status

    assert asyncio.run(main()) == 200
    assert clients[0] == clients[1]
    assert clients[2] == "ended"


def test_work_after_the_answer_that_blocks_holds_up_the_next_request() -> None:
    async def works_on(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)
        if scope["path"] == "/first":
            await asyncio.sleep(0)
            time.sleep(5)

    async def main() -> float:
        async with lab.serve(works_on, lifespan=False) as server, server.client() as client:
            await client.get("/first")
            await client.get("/second")
            return asyncio.get_running_loop().time()

    assert lab.run(main).result == 5


def test_a_wait_for_a_silent_client_is_no_work_for_the_loop() -> None:
    async def listens(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await answer(send)

    async def main() -> int:
        loop: Any = asyncio.get_running_loop()
        async with (
            lab.serve(listens, lifespan=False) as server,
            server.connect("POST", "/", body=None) as exchange,
        ):
            before: int = loop.turns
            await asyncio.sleep(3600)
            turns = int(loop.turns) - before
            await exchange.send(b"", more=False)
            await exchange.read()
        return turns

    assert lab.run(main).result < 5


def test_a_test_client_sends_a_body_in_one_piece_and_stays_to_the_end() -> None:
    async def reads(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        messages.append(await receive())
        leaves = asyncio.create_task(receive())
        await asyncio.sleep(0)
        messages.append(leaves.done())
        await answer(send)
        messages.append(await leaves)

    async def main() -> None:
        transport = httpx.ASGITransport(reads)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await client.post("/", content=bytes(1 << 20))

    messages: list[Any] = []
    asyncio.run(main())
    assert [len(message["body"]) for message in messages[:2]] == [1 << 20, 0]
    assert messages[2:] == [False, {"type": "http.disconnect"}]
