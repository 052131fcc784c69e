"""Startup and shutdown: what the app sees is the same from uvicorn; failures are raised here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request

from checker.lab.asgi import ShutdownFailed, StartupFailed, serve
from tests.lab.asgi.both import answer, whole
from tests.lab.asgi.real import RealServer

STARTUP = {"type": "lifespan.startup"}
SHUTDOWN = {"type": "lifespan.shutdown"}

Steps = Callable[[Any, Any, list[Any]], Awaitable[None]]


def seen(make: Any, steps: Steps, mode: Any) -> list[Any]:
    """What an app with this lifespan sees, and what its one request gets."""
    saw: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            saw.append({name: scope[name] for name in ("type", "asgi", "state")})
            await steps(receive, send, saw)
        else:
            await answer(send)

    async def main() -> None:
        async with make(app, lifespan=mode) as server, server.connect("GET", "/") as exchange:
            saw.append(await whole(exchange))

    try:
        asyncio.run(main())
    except (SystemExit, StartupFailed, ShutdownFailed, ValueError) as error:
        saw.append("did not start" if isinstance(error, SystemExit | StartupFailed) else "raised")
    return saw


async def start_and_stop(receive: Any, send: Any, saw: list[Any]) -> None:
    saw.append(await receive())
    await send({"type": "lifespan.startup.complete"})
    saw.append(await receive())
    await send({"type": "lifespan.shutdown.complete"})


async def return_without_an_answer(receive: Any, send: Any, saw: list[Any]) -> None:
    saw.append(await receive())


async def raise_without_an_answer(receive: Any, send: Any, saw: list[Any]) -> None:
    raise ValueError("no lifespan here")


async def answer_out_of_order(receive: Any, send: Any, saw: list[Any]) -> None:
    with pytest.raises(AssertionError):
        await send({"type": "lifespan.shutdown.complete"})
    with pytest.raises(AssertionError):
        await send({"type": "http.response.start"})
    await send({"type": "lifespan.startup.complete"})
    with pytest.raises(AssertionError):
        await send({"type": "lifespan.startup.complete"})
    saw.extend([await receive(), await receive()])
    await send({"type": "lifespan.shutdown.complete"})
    with pytest.raises(AssertionError):
        await send({"type": "lifespan.shutdown.complete"})


async def never_return(receive: Any, send: Any, saw: list[Any]) -> None:
    while True:
        message = await receive()
        saw.append(message)
        await send({"type": message["type"] + ".complete"})


async def fail_to_start(receive: Any, send: Any, saw: list[Any]) -> None:
    saw.append(await receive())
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@pytest.mark.parametrize(
    ("steps", "rest"),
    [
        (start_and_stop, [STARTUP, (200, [], b"ok"), SHUTDOWN]),
        (return_without_an_answer, [STARTUP, (200, [], b"ok")]),
        (raise_without_an_answer, [(200, [], b"ok")]),
        (answer_out_of_order, [(200, [], b"ok"), STARTUP, SHUTDOWN]),
        (never_return, [STARTUP, (200, [], b"ok"), SHUTDOWN]),
        (fail_to_start, [STARTUP, "did not start"]),
    ],
)
def test_an_app_sees_the_lifespan_of_uvicorn(steps: Steps, rest: list[Any]) -> None:
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    assert seen(RealServer, steps, "auto") == [scope, *rest]
    assert seen(serve, steps, "auto") == [scope, *rest]


def test_state_reaches_each_request_as_a_copy() -> None:
    def run(make: Any, mode: Any) -> list[Any]:
        states = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                scope["state"]["shared"] = []
                await start_and_stop(receive, send, [])
                return
            states.append({name: list(value) for name, value in scope["state"].items()})
            scope["state"]["shared"].append(1)
            scope["state"]["of this request"] = []
            await answer(send)

        async def main() -> None:
            async with make(app, lifespan=mode) as server:
                for _ in range(2):
                    async with server.connect("GET", "/") as exchange:
                        await whole(exchange)

        asyncio.run(main())
        return states

    assert run(serve, "auto") == run(RealServer, "auto") == [{"shared": []}, {"shared": [1]}]


def fastapi(before: Any = None, after: Any = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        if before:
            raise before
        yield {"pool": "a pool"}
        if after:
            raise after

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def root(request: Request) -> str:
        return str(request.state.pool)

    return app


async def get_root(app: Any, **options: Any) -> str:
    async with serve(app, **options) as server, server.client() as client:
        return (await client.get("/")).text


def test_fastapi_starts_and_stops() -> None:
    assert asyncio.run(get_root(fastapi())) == '"a pool"'


@pytest.mark.parametrize("mode", ["auto", True])
def test_what_an_app_raises_at_startup_is_raised_as_it_is(mode: Any) -> None:
    wrong = ValueError("no database")
    with pytest.raises(ValueError, match="no database") as raised:
        asyncio.run(get_root(fastapi(before=wrong), lifespan=mode))
    assert raised.value is wrong


def test_what_an_app_raises_at_shutdown_is_raised_as_it_is() -> None:
    wrong = ValueError("cannot close")
    with pytest.raises(ValueError, match="cannot close") as raised:
        asyncio.run(get_root(fastapi(after=wrong)))
    assert raised.value is wrong


def test_an_error_in_the_block_goes_before_one_at_shutdown() -> None:
    async def main() -> None:
        async with serve(fastapi(after=ValueError("cannot close"))):
            raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        asyncio.run(main())


def test_with_true_an_app_that_has_no_lifespan_is_an_error() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "this app knows http alone"

    with pytest.raises(AssertionError, match="http alone"):
        asyncio.run(get_root(app, lifespan=True))


def test_with_auto_what_was_let_pass_can_be_looked_at() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        await answer(send)

    async def main() -> None:
        async with serve(app) as server:
            assert isinstance(server.lifespan_error, NotImplementedError)
            assert server.errors == []

    asyncio.run(main())


def test_without_a_lifespan_no_messages_are_sent() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])
        await answer(send)

    kinds: list[str] = []
    assert asyncio.run(get_root(app, lifespan=False)) == "ok"
    assert kinds == ["http"]


def test_failed_without_an_exception_has_the_apps_words() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await fail_to_start(receive, send, [])
        await asyncio.Event().wait()

    with pytest.raises(StartupFailed, match="no database"):
        asyncio.run(get_root(app))


def test_a_failed_shutdown_is_raised() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await answer(send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed"})

    with pytest.raises(ShutdownFailed, match="no reason"):
        asyncio.run(get_root(app))


def test_a_lifespan_that_dies_while_serving_is_raised_at_the_end() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await answer(send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise ValueError("died")

    with pytest.raises(ValueError, match="died"):
        asyncio.run(get_root(app))


def test_a_start_that_is_cancelled_leaves_no_task() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async def main() -> None:
        entering = asyncio.create_task(get_root(app))
        for _ in range(3):
            await asyncio.sleep(0)
        entering.cancel()
        await asyncio.wait([entering])
        assert ended == ["ended"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    ended: list[str] = []
    asyncio.run(main())
