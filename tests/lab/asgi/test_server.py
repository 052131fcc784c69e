"""The end of a server, what it inherits, what it keeps, and what it refuses."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import anyio
import pytest

from checker import lab
from checker.lab.asgi import BrokenResponse, serve
from checker.lab.asgi.wire import client_address
from tests.lab.asgi.both import Seen, answer, body, start, whole
from tests.lab.asgi.real import RealServer


@pytest.mark.parametrize("make", [RealServer, serve])
def test_the_app_is_shut_down_after_the_requests_in_flight(make: Any) -> None:
    order: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            order.append("shutdown")
            await send({"type": "lifespan.shutdown.complete"})
            return
        seen.happened("in flight")
        await seen.until("block left")
        await answer(send)
        order.append("response sent")
        await asyncio.sleep(0)
        order.append("background work done")

    async def read(exchange: Any) -> None:
        order.append((await whole(exchange))[0])

    async def main() -> None:
        options = {"graceful": True} if make is RealServer else {}
        async with make(app, lifespan="auto", **options) as server:
            exchange = await server.connect("GET", "/").__aenter__()
            reading = asyncio.create_task(read(exchange))
            await seen.until("in flight")
            asyncio.get_running_loop().call_soon(seen.happened, "block left")
        await reading
        await exchange.__aexit__(None, None, None)

    seen = Seen()
    asyncio.run(main())
    order.remove(200)
    assert order == ["response sent", "background work done", "shutdown"]


def holding(seen: Seen) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.happened("in flight")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as cancelled:
            seen.app.append(f"cancelled: {cancelled}")
            raise
        finally:
            await asyncio.sleep(0)
            seen.app.append("cleaned up")

    return app


CANCELLED = ["cancelled: the server is shutting down", "cleaned up"]


def test_after_the_grace_handlers_are_cancelled_and_waited_for() -> None:
    async def main() -> None:
        async with serve(holding(seen), lifespan=False, grace=0.01) as server:
            exchange = server.connect("GET", "/x")
            await seen.until("in flight")
        assert server.in_flight == 0
        assert await whole(exchange) == (
            500,
            [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")],
            b"Internal Server Error",
        )
        assert [entry.request for entry in server.errors] == ["GET /x"]

    seen = Seen()
    asyncio.run(main())
    assert seen.app == CANCELLED


def test_an_exception_in_the_block_cancels_the_handlers() -> None:
    async def main() -> None:
        async with serve(holding(seen), lifespan=False) as server:
            server.connect("GET", "/")
            await seen.until("in flight")
            raise KeyError("in the block")

    seen = Seen()
    with pytest.raises(KeyError, match="in the block"):
        asyncio.run(main())
    assert seen.app == CANCELLED


def test_a_scope_that_was_cancelled_leaves_no_handler() -> None:
    async def get(server: Any, scope: anyio.CancelScope) -> None:
        async with server.client() as client:
            cancelling.append(asyncio.create_task(leave(scope)))
            await client.get("/")

    async def leave(scope: anyio.CancelScope) -> None:
        await seen.until("in flight")
        scope.cancel()

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with serve(holding(seen), lifespan=False) as server:
                await get(server, scope)
        assert scope.cancelled_caught
        assert asyncio.all_tasks() == {asyncio.current_task()}

    seen = Seen()
    cancelling: list[Any] = []
    asyncio.run(main())
    assert seen.app == CANCELLED


def test_a_wait_for_handlers_that_is_cancelled_cancels_them() -> None:
    async def serving() -> None:
        async with serve(holding(seen), lifespan=False) as server:
            server.connect("GET", "/")

    async def main() -> None:
        task = asyncio.create_task(serving())
        await seen.until("in flight")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    seen = Seen()
    asyncio.run(main())
    assert seen.app == CANCELLED


def test_a_handler_that_never_began_breaks_its_response() -> None:
    async def main() -> None:
        async with serve(holding(seen), lifespan=False) as server:
            exchange = server.connect("GET", "/")
            (handler,) = [task for task in asyncio.all_tasks() if task.get_name() == "GET /"]
            handler.cancel()
            with pytest.raises(BrokenResponse, match="before it began"):
                await exchange.status()

    seen = Seen()
    asyncio.run(main())
    assert seen.app == []


def test_a_block_that_is_thrown_away_unfinished_does_not_wait() -> None:
    async def block() -> None:
        async with serve(holding(seen), lifespan=False):
            await asyncio.Event().wait()

    async def main() -> None:
        abandoned = block()
        abandoned.send(None)
        # Closing raises a RuntimeError if the block awaits anything on its way out.
        abandoned.close()

    seen = Seen()
    asyncio.run(main())
    assert seen.app == []


def test_handlers_are_named_after_their_requests() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        names.append(task.get_name())
        if scope["type"] == "http":
            await answer(send)

    async def main() -> None:
        async with serve(app) as server:
            async with server.connect("POST", "/a%20b?x=1") as exchange:
                await exchange.read()
            with pytest.raises(ConnectionError):
                async with server.websocket("/ws"):
                    pass

    names: list[str] = []
    asyncio.run(main())
    assert names == ["lifespan", "POST /a b", "WebSocket /ws"]


def test_handlers_inherit_the_context_of_the_server_and_not_of_a_client() -> None:
    var = contextvars.ContextVar("var", default="unset")
    values = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        values.append(var.get())
        var.set("set by a handler")
        await answer(send)

    async def main() -> None:
        var.set("before the server")
        async with serve(app, lifespan=False) as server, server.client() as client:
            var.set("at the client")
            await client.get("/")
            await client.get("/")
        assert var.get() == "at the client"

    asyncio.run(main())
    assert values == ["before the server"] * 2


def test_each_connection_has_a_port_of_its_own() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        ports.append(scope["client"][1])
        await answer(send)

    async def main() -> None:
        async with serve(app, lifespan=False) as server, server.client() as client:
            for _ in range(3):
                await client.get("/")

    ports: list[int] = []
    asyncio.run(main())
    assert ports == [49153, 49154, 49155]


def test_ports_are_used_again_when_there_are_no_more() -> None:
    addresses = [client_address(number) for number in range(16384 + 1)]
    assert addresses[0] == addresses[-1] == ("127.0.0.1", 49152)
    assert len(set(addresses)) == 16384
    assert max(addresses) == ("127.0.0.1", 65535)


def test_requests_are_refused_before_the_start_and_after_the_end() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)

    async def main() -> None:
        server = serve(app, lifespan=False)
        with pytest.raises(RuntimeError, match=r"async with lab\.serve"):
            server.connect("GET", "/")
        async with server:
            with pytest.raises(ValueError, match="starts with a slash"):
                server.connect("GET", "items")
        with pytest.raises(RuntimeError, match="not serving"):
            server.websocket("/")

    asyncio.run(main())


def test_a_server_that_is_left_open_is_a_leak_of_the_run() -> None:
    async def my_app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)

    async def leave_open() -> None:
        await serve(my_app, lifespan=False).__aenter__()

    async def close() -> None:
        async with serve(my_app, lifespan=False) as server:
            async with server.connect("GET", "/x") as exchange:
                assert server.in_flight == 1
                await exchange.read()
            assert server.in_flight == 0

    assert [str(leak) for leak in lab.run(leave_open).leaks] == [
        "service: a server for my_app: leave the block of serve()"
    ]
    assert lab.run(close).leaks == []


def failing(message: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/background":
            await answer(send)
        elif scope["path"] == "/started":
            await start(send)
            await body(send, b"some", more=True)
        raise ValueError(message)

    return app


@pytest.mark.parametrize("path", ["/", "/started"])
def test_for_debugging_what_an_app_raises_is_raised_at_its_client(path: str) -> None:
    async def main() -> None:
        app = failing("look here")
        async with serve(app, lifespan=False, raise_app_exceptions=True) as server:
            async with server.connect("GET", path) as exchange:
                with pytest.raises(ValueError, match="look here"):
                    await exchange.read()
            async with server.client() as client:
                with pytest.raises(ValueError, match="look here"):
                    await client.get(path)

    asyncio.run(main())


def test_for_debugging_what_no_client_could_see_is_raised_at_the_end() -> None:
    async def main() -> None:
        app = failing("in the background")
        async with serve(app, lifespan=False, raise_app_exceptions=True) as server:
            async with server.client() as client:
                assert (await client.get("/background")).text == "ok"
            assert server.in_flight == 0

    with pytest.raises(ValueError, match="in the background"):
        asyncio.run(main())


def test_what_ends_the_program_is_not_kept_in_the_handler() -> None:
    class Stop(BaseException):
        """Stands for what ends a run from outside."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise Stop

    async def main() -> list[Any]:
        async with serve(app, lifespan=False) as server:
            server.connect("GET", "/")
            (handler,) = [task for task in asyncio.all_tasks() if task.get_name() == "GET /"]
            with pytest.raises(Stop):
                await handler
            return server.errors

    assert asyncio.run(main()) == []
