"""A client that does not read holds up the app that writes to it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker.lab.asgi import serve
from tests.lab.asgi.both import Seen, answer, body, both, start, whole

CHUNK = bytes(16 * 1024)


async def until_held_up(server: Any, seen: Seen) -> None:
    """Wait until the app's server may write no more: with uvicorn when it says so."""
    if not hasattr(server, "connections"):
        while seen.app.count("sent") < 5:
            await asyncio.sleep(0)
        return
    while not any(connection.flow.write_paused for connection in server.connections):
        await asyncio.sleep(0)


def test_an_endless_response_to_a_client_that_does_not_read_is_held_up() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send)
        while not seen.event("client leaves").is_set():
            await body(send, CHUNK, more=True)
            seen.app.append("sent")
        seen.app.clear()

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            assert await exchange.status() == 200
            await until_held_up(server, seen)
            for _ in range(10):
                await asyncio.sleep(0)
            before = seen.app.count("sent")
            for _ in range(100):
                await asyncio.sleep(0)
            seen.client.append(seen.app.count("sent") - before)
            seen.happened("client leaves")

    assert both(app, client) == {"app": [], "client": [0]}


def test_it_goes_on_when_the_client_reads() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send)
        # More than two sockets hold.
        for _ in range(1024):
            await body(send, CHUNK, more=True)
            seen.app.append("sent")
        await body(send, b"")
        seen.app[:] = ["all sent"]

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            await until_held_up(server, seen)
            seen.client.append(len(seen.app) < 1024)
            seen.client.append(len(await exchange.read()))

    assert both(app, client) == {"app": ["all sent"], "client": [True, 16 * 1024 * 1024]}


def test_a_held_up_app_goes_on_in_vain_when_the_client_leaves() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send)
        for _ in range(1024):
            await body(send, CHUNK, more=True)
            seen.app.append("sent")
        seen.app[:] = ["all sent"]
        seen.happened("done")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/"):
            await until_held_up(server, seen)
            seen.client.append(len(seen.app) < 1024)
        await seen.until("done")

    assert both(app, client) == {"app": ["all sent"], "client": [True]}


def test_others_are_served_while_one_is_held_up() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] == "/quick":
            await answer(send)
            return
        await start(send)
        for _ in range(1024):
            await body(send, CHUNK, more=True)
            seen.app.append("sent")
        await body(send, b"")
        seen.app.clear()

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/slow") as slow:
            await until_held_up(server, seen)
            async with server.connect("GET", "/quick") as quick:
                seen.client.append(await whole(quick))
            await slow.read()

    assert both(app, client)["client"] == [(200, [], b"ok")]


@pytest.mark.parametrize(("chunk_bytes", "sent"), [(100, 656), (16 * 1024, 5), (100_000, 1)])
def test_the_driver_holds_up_above_64_kib_and_goes_on_at_16(chunk_bytes: int, sent: int) -> None:
    count, stop = 0, False

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal count
        await start(send)
        while not stop:
            await body(send, bytes(chunk_bytes), more=True)
            count += 1

    async def main() -> None:
        nonlocal stop
        async with serve(app, lifespan=False) as server, server.connect("GET", "/") as exchange:
            await exchange.status()
            unread = sent * chunk_bytes
            while unread > 16 * 1024:
                await settle()
                assert count == sent
                unread -= len(await anext(exchange))
            await settle()
            assert count > sent
            stop = True

    async def settle() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(main())
