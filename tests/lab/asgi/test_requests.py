"""What an app gets of a request, the same from uvicorn and from the driver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import StreamingResponse

from checker.lab.asgi import Exchange, serve
from tests.lab.asgi.both import Seen, answer, body, both, start, whole

DISCONNECT = {"type": "http.disconnect"}


def request(data: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


@pytest.mark.parametrize(
    "target",
    ["/", "/a%20b/%C3%A9?x=1&y=%20", "/a?", "/a?b?c=/d", "/%2Fslash", "/caf\u00e9?q=\u00e9", "//x"],
)
def test_the_scope_has_the_fields_of_uvicorn(target: str) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        # Only the ports differ from run to run.
        scope["client"], scope["server"] = scope["client"][0], scope["server"][0]
        seen.app.append(scope)
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        headers = [("X-Mixed-Case", "Kept Here"), (b"x-twice", b"1"), (b"X-Twice", b"2")]
        async with server.connect("PUT", target, headers=headers) as exchange:
            seen.client.append(await whole(exchange))

    (scope,) = both(app, client)["app"]
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.3"}
    assert scope["headers"] == [
        (b"host", b"app"),
        (b"x-mixed-case", b"Kept Here"),
        (b"x-twice", b"1"),
        (b"x-twice", b"2"),
    ]


def test_the_path_is_decoded_and_the_raw_path_is_not() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        seen.app.append((scope["path"], scope["raw_path"], scope["query_string"]))
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/a%20b?q=%20") as exchange:
            await whole(exchange)

    assert both(app, client)["app"] == [("/a b", b"/a%20b", b"q=%20")]


def test_a_small_body_comes_in_one_message_with_its_length() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        seen.app.append(await receive())
        seen.app.append(dict(scope["headers"]).get(b"content-length"))
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        for data in (b"", b"hello"):
            async with server.connect("POST", "/", body=data) as exchange:
                await whole(exchange)

    assert both(app, client)["app"] == [request(b""), None, request(b"hello"), b"5"]


def test_a_slow_body_comes_piece_by_piece() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        more = True
        while more:
            message = await receive()
            seen.app.append(message)
            more = message["more_body"]
            seen.happened(f"got {len(seen.app)}")
        seen.app.append(dict(scope["headers"])[b"transfer-encoding"])
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("POST", "/", body=None) as exchange:
            await exchange.send(b"one")
            await seen.until("got 1")
            await exchange.send(b"two")
            await seen.until("got 2")
            await exchange.send(b"", more=False)
            seen.client.append(await whole(exchange))

    assert both(app, client)["app"] == [
        request(b"one", True),
        request(b"two", True),
        request(b""),
        b"chunked",
    ]


def test_pieces_that_nobody_received_are_collected_into_one_message() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] == "/slow":
            await seen.until("second request is through")
            seen.app.append(await receive())
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("POST", "/slow", body=None) as exchange:
            await exchange.send(b"one ")
            await exchange.send(b"two ")
            await exchange.send(b"three", more=False)
            # By the time that another request is answered, the first one's body has arrived.
            async with server.connect("GET", "/quick") as other:
                await whole(other)
            seen.happened("second request is through")
            await whole(exchange)

    assert both(app, client)["app"] == [request(b"one two three")]


def test_after_the_body_receive_waits_until_the_client_leaves() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] == "/held":
            seen.app.append(await receive())
            seen.happened("body received")
            seen.app.append(await receive())
            seen.app.append(await receive())
            seen.happened("told")
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/held") as exchange:
            await seen.until("body received")
            async with server.connect("GET", "/other") as other:
                await whole(other)
            seen.app.append("client leaves")
            exchange.disconnect()
            await seen.until("told")

    assert both(app, client)["app"] == [request(b""), "client leaves", DISCONNECT, DISCONNECT]


def test_after_the_response_receive_says_that_the_client_has_gone() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        waiting = asyncio.create_task(receive())
        await start(send)
        await body(send, b"1", more=True)
        seen.app.append(waiting.done())
        await body(send, b"2")
        seen.app.append(await waiting)
        seen.app.append(await receive())
        seen.happened("done")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            seen.client.append(await whole(exchange))
            await seen.until("done")

    assert both(app, client)["app"] == [False, DISCONNECT, DISCONNECT]


def test_a_body_that_was_not_received_is_lost_when_the_client_leaves() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] == "/held":
            seen.happened("begun")
            await seen.until("client left")
            seen.app.append(await receive())
            seen.happened("done")
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("POST", "/held", body=b"lost") as exchange:
            await seen.until("begun")
            exchange.disconnect()
        async with server.connect("GET", "/other") as other:
            await whole(other)
        seen.happened("client left")
        await seen.until("done")

    assert both(app, client)["app"] == [DISCONNECT]


def test_a_server_that_has_stopped_reading_does_not_see_the_client_leave() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] != "/held":
            await answer(send)
            return
        seen.happened("begun")
        await seen.until("client left")
        seen.app.append(len((await receive())["body"]) >= 65536)
        message = await receive()
        while message["type"] == "http.request":
            # Real sockets hold more than the server does, and that is still delivered.
            message = await receive()
        seen.app.append(message)
        seen.happened("done")

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65536)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("POST", "/held", body=endless()):
            await seen.until("begun")
            while isinstance(connections := getattr(server, "connections", None), list):
                if connections[0].flow.read_paused:
                    break
                await asyncio.sleep(0)
            async with server.connect("GET", "/other") as other:
                await whole(other)
        async with server.connect("GET", "/other") as other:
            await whole(other)
        seen.happened("client left")
        await seen.until("done")

    assert both(app, client)["app"] == [True, DISCONNECT]


def test_a_handler_is_not_cancelled_when_its_client_leaves_and_sends_in_vain() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        seen.happened("begun")
        seen.app.append(await receive())
        await answer(send)
        await answer(send)
        seen.app.append("finished")
        seen.happened("finished")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/"):
            await seen.until("begun")
        await seen.until("finished")
        seen.client.append(len(getattr(server, "errors", [])))

    outcome = both(app, client)
    assert outcome == {"app": [DISCONNECT, "finished"], "client": [0]}


@pytest.mark.parametrize("after", range(4))
def test_a_streaming_response_is_cancelled_when_its_client_leaves(after: int) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        async def ticks() -> AsyncIterator[bytes]:
            try:
                for number in range(100):
                    if number == after:
                        seen.happened("told")
                        await asyncio.Event().wait()
                    yield b"%d" % number
            except asyncio.CancelledError:
                seen.app.append("cancelled")
                raise
            finally:
                seen.happened("closed")

        await StreamingResponse(ticks())(scope, receive, send)
        seen.app.append("returned")
        seen.happened("returned")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            await seen.until("told")
            got = b""
            while len(got) < after:
                got += await anext(exchange)
            seen.client.append(got)
        await seen.until("returned")

    outcome = both(app, client)
    assert outcome == {"app": ["cancelled", "returned"], "client": [b"0123"[:after]]}


def test_an_app_that_does_not_receive_holds_up_a_long_upload() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        seen.happened("begun")
        await seen.until("held up")
        size = 0
        more = True
        while more:
            message = await receive()
            size += len(message["body"])
            more = message["more_body"]
        seen.app.append(size)
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            # More than a server and two sockets hold.
            for _ in range(1024):
                yield bytes(32768)
            seen.happened("all sent")

        async with server.connect("POST", "/", body=pieces()) as exchange:
            await seen.until("begun")
            for _ in range(1000):
                await asyncio.sleep(0)
            seen.client.append(seen.event("all sent").is_set())
            seen.happened("held up")
            seen.client.append((await whole(exchange))[2])

    assert both(app, client) == {"app": [32 * 1024 * 1024], "client": [False, b"ok"]}


def test_after_64_kib_that_nobody_received_the_driver_sends_no_more() -> None:
    taken: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await go_on.wait()
        await receive()
        await asyncio.Event().wait()

    async def upload(exchange: Exchange) -> None:
        while True:
            await exchange.send(bytes(1024))
            taken.append(1024)

    async def turns() -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def main() -> None:
        server = serve(app, lifespan=False, grace=0)
        async with server, server.connect("POST", "/", body=None) as exchange:
            uploading = asyncio.create_task(upload(exchange))
            await turns()
            assert sum(taken) == 64 * 1024
            go_on.set()
            await turns()
            assert sum(taken) == 128 * 1024
            uploading.cancel()

    go_on = asyncio.Event()
    asyncio.run(main())


def test_what_is_uploaded_after_the_response_goes_nowhere() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send, 413)
        await body(send, b"too much")
        seen.app.append((await receive())["type"])

    async def client(server: Any, seen: Seen) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(512):
                yield bytes(65536)
            seen.happened("all sent")

        async with server.connect("POST", "/", body=pieces()) as exchange:
            seen.client.append(await whole(exchange))
            await seen.until("all sent")

    outcome = both(app, client)
    assert outcome == {"app": ["http.disconnect"], "client": [(413, [], b"too much")]}


def test_each_request_has_a_task_of_its_own() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        if scope["path"] == "/first":
            seen.happened("first is held")
            await seen.until("second is through")
        seen.app.append(scope["path"])
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/first") as first:
            await seen.until("first is held")
            async with server.connect("GET", "/second") as second:
                await whole(second)
            seen.happened("second is through")
            await whole(first)

    assert both(app, client)["app"] == ["/second", "/first"]
