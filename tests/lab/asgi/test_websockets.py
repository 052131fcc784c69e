"""WebSockets, the same from uvicorn with the websockets library and from the driver."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from checker.lab.asgi import Closed, Denied, serve
from tests.lab.asgi.both import Seen, both

Steps = Callable[[Any, Any, Seen], Awaitable[Any]]
CONNECT = {"type": "websocket.connect"}
ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


def gone(code: int, *reason: str) -> dict[str, Any]:
    """The message of a disconnect; a close frame has a reason, a lost connection has none."""
    message: dict[str, Any] = {"type": "websocket.disconnect", "code": code}
    return message | {"reason": reason[0]} if reason else message


def meet(steps: Steps, client: Steps | None = None) -> dict[str, list[Any]]:
    """An app does `steps` on a WebSocket, to which the client does `client`, or just reads."""

    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> Any:
        return await steps(receive, send, seen)

    async def read_on(server: Any, ws: Any, seen: Seen) -> None:
        while True:
            seen.client.append(await ws.receive())

    async def meet_it(server: Any, seen: Seen) -> None:
        try:
            async with server.websocket("/ws") as ws:
                seen.client.append("accepted")
                await (client or read_on)(server, ws, seen)
        except Denied as denied:
            seen.client.append((denied.status, denied.body))
        except Closed as closed:
            seen.client.append((closed.code, "" if closed.code == 1006 else closed.reason))

    return both(app, meet_it)


def test_the_scope_has_the_fields_of_uvicorn() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        # The ports differ from run to run, and the headers of the handshake from client to client.
        scope["client"], scope["server"] = scope["client"][0], scope["server"][0]
        names = (b"upgrade", b"sec-websocket-version", b"sec-websocket-protocol", b"x-mine")
        scope["headers"] = {name: v for name, v in scope["headers"] if name in names}
        seen.app.append(scope)
        await receive()
        await send(CLOSE)

    async def client(server: Any, seen: Seen) -> None:
        target = "/chat%20room?x=1"
        with pytest.raises(Denied):
            async with server.websocket(target, subprotocols=["a", "b"], headers=[("X-Mine", "1")]):
                pass

    (scope,) = both(app, client)["app"]
    assert scope["headers"] == {
        b"upgrade": b"websocket",
        b"sec-websocket-version": b"13",
        b"sec-websocket-protocol": b"a, b",
        b"x-mine": b"1",
    }
    assert scope["subprotocols"] == ["a", "b"]
    assert scope["path"] == "/chat room"


def test_accept_carries_a_subprotocol_and_headers() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT | {"subprotocol": "b", "headers": [(b"X-Session", b"1")]})
        seen.app.append(await receive())

    async def client(server: Any, seen: Seen) -> None:
        async with server.websocket("/", subprotocols=["a", "b"]) as ws:
            seen.client.append(ws.subprotocol)
            seen.client.append(dict(ws.headers)[b"x-session"])

    assert both(app, client) == {"app": [gone(1000, "")], "client": ["b", b"1"]}


def test_text_and_bytes_go_both_ways() -> None:
    async def echo(receive: Any, send: Any, seen: Seen) -> None:
        seen.app.append(await receive())
        await send(ACCEPT)
        while (message := await receive())["type"] == "websocket.receive":
            seen.app.append(message)
            await send(message | {"type": "websocket.send"})

    async def client(server: Any, ws: Any, seen: Seen) -> None:
        await ws.send_text("café")
        seen.client.append(await ws.receive())
        await ws.send_bytes(b"\xff\x00")
        seen.client.append(await ws.receive())
        await ws.send_text("")
        seen.client.append(await ws.receive())

    assert meet(echo, client) == {
        "app": [
            CONNECT,
            {"type": "websocket.receive", "text": "café"},
            {"type": "websocket.receive", "bytes": b"\xff\x00"},
            {"type": "websocket.receive", "text": ""},
        ],
        "client": ["accepted", "café", b"\xff\x00", ""],
    }


def test_a_send_of_nothing_sends_nothing() -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        await send({"type": "websocket.send"})
        await send({"type": "websocket.send", "text": "a", "bytes": None})
        await send(CLOSE)

    assert meet(steps)["client"] == ["accepted", "a", (1000, "")]


# How it can be refused.


async def close_before_accept(receive: Any, send: Any, seen: Seen) -> None:
    seen.app.append(await receive())
    await send(CLOSE | {"code": 4000, "reason": "never sent"})
    seen.app.append(await receive())


async def raise_before_accept(receive: Any, send: Any, seen: Seen) -> None:
    seen.app.append(await receive())
    raise ValueError("wrong")


async def return_before_accept(receive: Any, send: Any, seen: Seen) -> None:
    seen.app.append(await receive())


async def send_before_accept(receive: Any, send: Any, seen: Seen) -> None:
    seen.app.append(await receive())
    await send({"type": "websocket.send", "text": "early"})


async def answer_with_http(receive: Any, send: Any, seen: Seen) -> None:
    seen.app.append(await receive())
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"who are ", "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b"you?"})
    seen.app.append(await receive())


@pytest.mark.parametrize(
    ("steps", "app", "client"),
    [
        (close_before_accept, [CONNECT, gone(1006)], (403, b"")),
        (raise_before_accept, [CONNECT], (500, b"Internal Server Error")),
        (return_before_accept, [CONNECT], (500, b"Internal Server Error")),
        (send_before_accept, [CONNECT], (500, b"Internal Server Error")),
        (answer_with_http, [CONNECT, gone(1006)], (401, b"who are you?")),
    ],
)
def test_a_websocket_can_be_denied(steps: Steps, app: Any, client: Any) -> None:
    assert meet(steps) == {"app": app, "client": [client]}


def test_a_denial_takes_only_its_body() -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send({"type": "websocket.http.response.start", "status": 401})
        with pytest.raises(RuntimeError):
            await send(ACCEPT)
        with pytest.raises(KeyError):
            await send({"type": "websocket.http.response.body"})
        await send({"type": "websocket.http.response.body", "body": b""})

    assert meet(steps)["client"] == [(401, b"")]


# How it can end.


async def close_it(receive: Any, send: Any, seen: Seen) -> None:
    await receive()
    await send(ACCEPT)
    await send(CLOSE | {"code": 4001, "reason": "enough"})
    with pytest.raises(RuntimeError):
        await send({"type": "websocket.send", "text": "late"})
    with pytest.raises(RuntimeError):
        await send(CLOSE)
    seen.app.extend([await receive(), await receive()])


async def close_without_words(receive: Any, send: Any, seen: Seen) -> None:
    await receive()
    await send(ACCEPT)
    await send(CLOSE | {"reason": None})


async def return_without_close(receive: Any, send: Any, seen: Seen) -> None:
    await receive()
    await send(ACCEPT)
    await send({"type": "websocket.send", "text": "bye"})


async def return_a_value(receive: Any, send: Any, seen: Seen) -> int:
    await receive()
    await send(ACCEPT)
    return 1


async def raise_after_accept(receive: Any, send: Any, seen: Seen) -> None:
    await receive()
    await send(ACCEPT)
    raise ValueError("wrong")


async def accept_twice(receive: Any, send: Any, seen: Seen) -> None:
    await receive()
    await send(ACCEPT)
    await send(ACCEPT)


@pytest.mark.parametrize(
    ("steps", "app", "client"),
    [
        (close_it, [gone(4001, "enough"), gone(1005)], [(4001, "enough")]),
        (close_without_words, [], [(1000, "")]),
        (return_without_close, [], ["bye", (1006, "")]),
        (return_a_value, [], [(1006, "")]),
        (raise_after_accept, [], [(1006, "")]),
        (accept_twice, [], [(1006, "")]),
    ],
)
def test_an_app_ends_a_websocket(steps: Steps, app: Any, client: Any) -> None:
    outcome = meet(steps)
    # The reason that goes with 1006 is the driver's own; nothing comes over a real wire.
    assert outcome == {"app": app, "client": ["accepted", *client]}


@pytest.mark.parametrize(
    "close", [{"code": 1005}, {"code": 1006}, {"code": 999}, {"code": 5000}, {"reason": "x" * 124}]
)
def test_a_close_that_cannot_be_sent_is_an_error(close: Any) -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        try:
            await send(CLOSE | close)
        except Exception:
            seen.app.append("refused")

    assert meet(steps) == {"app": ["refused"], "client": ["accepted", (1006, "")]}


@pytest.mark.parametrize(
    ("leave", "told"),
    [
        (lambda ws: ws.close(), [gone(1000, ""), gone(1005)]),
        (lambda ws: ws.close(4002, "later"), [gone(4002, "later"), gone(1005)]),
        (lambda ws: ws.disconnect(), [gone(1005)]),
    ],
)
def test_an_app_is_told_how_its_client_left(leave: Any, told: Any) -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        for _ in told:
            seen.app.append(await receive())
        with pytest.raises(OSError, match=r"^$|has left"):
            await send({"type": "websocket.send", "text": "anyone?"})
        seen.happened("told")

    async def client(server: Any, ws: Any, seen: Seen) -> None:
        leave(ws)
        await seen.until("told")

    assert meet(steps, client)["app"] == told


def test_what_a_client_did_before_it_left_is_received_first() -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        await seen.until("client left")
        while (message := await receive())["type"] == "websocket.receive":
            seen.app.append(message["text"])
        seen.app.append(message)
        seen.happened("told")

    async def client(server: Any, ws: Any, seen: Seen) -> None:
        for text in ("one", "two", "three"):
            await ws.send_text(text)
        ws.close(4003)
        seen.happened("client left")
        await seen.until("told")

    assert meet(steps, client)["app"] == ["one", "two", "three", gone(4003, "")]


def test_a_client_that_leaves_before_it_was_accepted_is_1006() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.append(await receive())
        begun.set()
        told.append(await receive())
        with pytest.raises(OSError, match="has left"):
            await send(ACCEPT)

    async def main() -> None:
        async with serve(app, lifespan=False) as server:
            ws = server.websocket("/")
            await begun.wait()
            ws.disconnect()

    told: list[Any] = []
    begun = asyncio.Event()
    asyncio.run(main())
    assert told == [CONNECT, gone(1006)]


def test_a_client_that_does_not_read_holds_up_the_app() -> None:
    async def steps(receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        for number in range(300):
            await send({"type": "websocket.send", "bytes": bytes(65536)})
            seen.app[:] = [number]
        seen.app[:] = ["all sent"]

    async def client(server: Any, ws: Any, seen: Seen) -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
        seen.client.append(seen.app != ["all sent"])
        total = 0
        for _ in range(300):
            total += len(await ws.receive())
        seen.client.append(total)

    assert meet(steps, client) == {
        "app": ["all sent"],
        "client": ["accepted", True, 300 * 65536],
    }


def test_an_app_that_does_not_receive_holds_up_the_client_after_64_kib() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        await read_now.wait()
        while (await receive())["type"] == "websocket.receive":
            pass

    async def main() -> None:
        sent = 0

        async def flood() -> None:
            nonlocal sent
            for _ in range(200):
                await ws.send_bytes(bytes(1024))
                sent += 1

        async with serve(app, lifespan=False) as server, server.websocket("/") as ws:
            flooding = asyncio.create_task(flood())
            for _ in range(10):
                await asyncio.sleep(0)
            assert sent == 64
            read_now.set()
            await flooding
            assert sent == 200

    read_now = asyncio.Event()
    asyncio.run(main())


def test_starlette_is_told_in_its_own_words() -> None:
    async def endpoint(ws: WebSocket) -> None:
        await ws.accept()
        try:
            await ws.receive_text()
        except WebSocketDisconnect as left:
            codes.append((left.code, left.reason))

    async def main() -> None:
        app = Starlette(routes=[WebSocketRoute("/", endpoint)])
        async with serve(app) as server:
            async with server.websocket("/") as ws:
                ws.close(4004, "bye")
            async with server.websocket("/") as ws:
                ws.disconnect()
            with pytest.raises(Denied) as denied:
                async with server.websocket("/unknown"):
                    pass
            assert denied.value.status == 403

    codes: list[Any] = []
    asyncio.run(main())
    assert codes == [(4004, "bye"), (1005, "")]


def test_a_websocket_is_told_that_the_server_shuts_down() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await send(ACCEPT)
        seen.app.append(await receive())
        seen.app.append(await receive())

    async def client(server: Any, seen: Seen) -> None:
        open_ones.append(server.websocket("/"))
        await open_ones[-1].__aenter__()

    open_ones: list[Any] = []
    assert both(app, client)["app"] == [gone(1012), gone(1005)]


def test_reading_ends_with_the_websocket() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        for number in range(3):
            await send({"type": "websocket.send", "text": str(number)})
        await send(CLOSE)

    async def main() -> None:
        async with serve(app, lifespan=False) as server, server.websocket("/") as ws:
            assert [message async for message in ws] == ["0", "1", "2"]
            with pytest.raises(Closed):
                await ws.send_text("late")

    asyncio.run(main())


def test_the_kind_of_a_message_is_checked() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.send", "bytes": b"a"})
        with pytest.raises(TypeError):
            await send({"type": "websocket.send", "text": b"a"})
        with pytest.raises(TypeError):
            await send({"type": "websocket.send", "bytes": "a"})
        await receive()

    async def main() -> None:
        async with serve(app, lifespan=False) as server, server.websocket("/") as ws:
            with pytest.raises(TypeError, match="not bytes"):
                await ws.receive_bytes()
            with pytest.raises(TypeError, match="not text"):
                await ws.receive_text()
            with pytest.raises(TypeError):
                await ws.send_text(b"a")  # type: ignore[arg-type]
            with pytest.raises(TypeError):
                await ws.send_bytes("a")  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="1006"):
                ws.close(1006)
        assert server.errors == []

    asyncio.run(main())
