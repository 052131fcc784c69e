"""A client that leaves at each moment in turn: what the app and its framework see of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI
from starlette.responses import StreamingResponse

from checker.lab.asgi import serve
from tests.lab.asgi.both import Seen, body, both, start

MESSAGES = 5


@pytest.mark.parametrize("read", range(MESSAGES + 1))
def test_a_plain_app_runs_to_its_end_whenever_its_client_leaves(read: int) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        for number in range(MESSAGES + 1):
            if number == read:
                seen.happened("client may leave")
                seen.app.append(await receive())
            if number == MESSAGES:
                break
            if number == 0:
                await start(send)
            else:
                await body(send, b"%d" % number, more=number < MESSAGES - 1)
            seen.app.append(number)
        seen.happened("done")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            await seen.until("client may leave")
            for number in range(read):
                seen.client.append(await exchange.status() if number == 0 else "")
                if number:
                    seen.client[-1] = await anext(exchange)
        await seen.until("done")

    sent: list[Any] = list(range(MESSAGES))
    sent.insert(read, {"type": "http.disconnect"})
    outcome = both(app, client)
    assert outcome["app"] == sent
    assert b"".join(outcome["client"][1:]) == b"1234"[: max(0, read - 1)]


@pytest.mark.parametrize("pieces", range(3))
def test_an_app_sees_a_client_leave_in_the_middle_of_its_upload(pieces: int) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        message = {"type": ""}
        while message["type"] != "http.disconnect":
            seen.happened(f"received {len(seen.app)}")
            message = await receive()
            seen.app.append(message)
        seen.happened("done")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("POST", "/", body=None) as exchange:
            await seen.until("received 0")
            for number in range(pieces):
                await exchange.send(b"piece")
                await seen.until(f"received {number + 1}")
        await seen.until("done")

    piece = {"type": "http.request", "body": b"piece", "more_body": True}
    assert both(app, client)["app"] == [piece] * pieces + [{"type": "http.disconnect"}]


def test_several_clients_leave_one_and_the_same_app_at_different_times() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        async def ticks() -> AsyncIterator[bytes]:
            for number in range(10):
                yield b"%d" % number
                await seen.until(f"{scope['path']} has {number}")

        await StreamingResponse(ticks())(scope, receive, send)
        seen.app.append(scope["path"])
        seen.happened(f"{scope['path']} ended")

    async def client(server: Any, seen: Seen) -> None:
        async def read(path: str, count: int) -> None:
            async with server.connect("GET", path) as exchange:
                for number in range(count):
                    assert await anext(exchange) == b"%d" % number
                    seen.happened(f"{path} has {number}")
            await seen.until(f"{path} ended")

        await asyncio.gather(read("/two", 2), read("/five", 5), read("/all", 10))

    assert sorted(both(app, client)["app"]) == ["/all", "/five", "/two"]


@pytest.mark.parametrize("leaves", [False, True])
def test_fastapi_runs_background_tasks_also_when_the_client_has_left(leaves: bool) -> None:
    app = FastAPI()

    @app.get("/")
    async def root(background: BackgroundTasks) -> str:
        begun.set()
        await go_on.wait()
        background.add_task(done.append, "background")
        return "ok"

    async def main() -> None:
        async with serve(app) as server, server.connect("GET", "/") as exchange:
            await begun.wait()
            if leaves:
                exchange.disconnect()
            go_on.set()
            if not leaves:
                assert await exchange.read() == b'"ok"'
        assert server.errors == []

    begun, go_on = asyncio.Event(), asyncio.Event()
    done: list[str] = []
    asyncio.run(main())
    assert done == ["background"]
