"""One WebSocket as the server has it: the scope, and the `receive` and `send` of the app.

It behaves as uvicorn with the `websockets` library does, state by state; the tests run the same
apps on both. An app gets one message at a time, and whatever a client does after a message is
seen after that message was received: also that it closed, or left. An app that returns without
closing leaves its client with 1006.

Not modelled: pings, compression, and giving up on a client that does not answer a close.
Invariant: nothing is written while more than the high-water mark waits to be read by the client.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from checker.lab.asgi.errors import ClientDisconnected
from checker.lab.asgi.frames import check_close, size_bytes
from checker.lab.asgi.request import SURVIVED
from checker.lab.asgi.wire import (
    HIGH_WATER_BYTES,
    LOW_WATER_BYTES,
    NOBODY,
    App,
    Client,
    Message,
    Scope,
    Signal,
    octets,
    raw_headers,
)

if TYPE_CHECKING:
    from checker.lab.asgi.server import Server

# On the way from a client that has gone there is nothing but the end.
_GONE: Message = {"type": "gone"}


class Socket:
    """One WebSocket, and how far it has come."""

    __slots__ = (
        "_answered",
        "_close_sent",
        "_denial",
        "_disconnected",
        "_drained",
        "_gone",
        "_paused",
        "_ready",
        "_room",
        "_server",
        "_unread_bytes",
        "_unreceived_bytes",
        "_wire",
        "client",
        "over",
        "scope",
    )

    def __init__(self, server: Server, client: Client, scope: Scope) -> None:
        self._server = server
        self.client = client
        self.scope = scope
        self._wire: deque[Message] = deque()  # what the client did and the server has not read
        self._ready: asyncio.Queue[Message] = asyncio.Queue()  # what the app can receive
        self._ready.put_nowait({"type": "websocket.connect"})
        self._paused = False  # the server reads on when the app has received
        self._room = Signal()
        self._room.on = True
        self._drained: Signal | None = None
        self._unread_bytes = 0
        self._unreceived_bytes = 0
        self._answered = False  # accepted, or refused with 403
        self._close_sent = False
        self._denial: tuple[int, list[tuple[bytes, bytes]], bytes] | None = None
        self._disconnected = False
        self._gone = False  # the client went away, and the server has not seen it
        self.over = False

    def __str__(self) -> str:
        return f"WebSocket {self.scope['path']}"

    # What the app calls.

    async def receive(self) -> Message:
        """The next thing that the client did."""
        message = await self._ready.get()
        if message["type"] == "websocket.receive":
            self._unreceived_bytes -= size_bytes(message)
            if self._unreceived_bytes < HIGH_WATER_BYTES:
                self._room.set()
        if self._paused and self._ready.empty():
            self._paused = False
            self._read()
        return message

    async def send(self, message: Message) -> None:
        """Write to the client; waits while the client is too far behind."""
        if self._drained is not None:
            await self._drained.wait()
        if self._disconnected:
            raise ClientDisconnected(f"{self}: the client has left")
        if self._gone:
            # As on a real connection, the first write to somebody who has gone is lost, and
            # only the answer to it tells the server.
            self._lost()
            return
        if self._denial is not None:
            self._deny_on(message)
        elif not self._answered:
            self._answer(message)
        elif not self._close_sent:
            self._talk(message)
        else:
            raise RuntimeError(
                f"{self}: the app sent {message['type']!r} after 'websocket.close'; nothing can "
                "follow it"
            )

    def _answer(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._answered = True
            chosen, headers = message.get("subprotocol"), raw_headers(message.get("headers"))
            self.client.arrived({"type": kind, "subprotocol": chosen, "headers": headers})
        elif kind == "websocket.close":
            self._answered = self._close_sent = True
            self._ready.put_nowait({"type": "websocket.disconnect", "code": 1006})
            self._deny(403, [], b"")
        elif kind == "websocket.http.response.start":
            self._denial = (message["status"], raw_headers(message.get("headers")), b"")
        else:
            raise RuntimeError(
                f"{self}: the app sent {kind!r} before it answered 'websocket.connect' with "
                "'websocket.accept', 'websocket.close' or 'websocket.http.response.start'"
            )

    def _deny_on(self, message: Message) -> None:
        assert self._denial is not None
        if message["type"] != "websocket.http.response.body":
            raise RuntimeError(
                f"{self}: the app sent {message['type']!r} after 'websocket.http.response.start', "
                "which only 'websocket.http.response.body' can follow"
            )
        status, headers, body = self._denial
        body += octets(message["body"], "the body of a response")
        self._denial = (status, headers, body)
        if not message.get("more_body", False):
            self._close_sent = True
            self._ready.put_nowait({"type": "websocket.disconnect", "code": 1006})
            self._deny(status, headers, body)

    def _deny(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        kind = "websocket.http.response"
        self.client.arrived({"type": kind, "status": status, "headers": headers, "body": body})
        asyncio.get_running_loop().call_soon(self._lost)

    def _talk(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.send":
            self._write(message)
        elif kind == "websocket.close":
            close = {"code": message.get("code", 1000), "reason": message.get("reason") or ""}
            check_close(**close)
            self._ready.put_nowait({"type": "websocket.disconnect", **close})
            self._close_sent = True
            self._wire.clear()
            self._room.set()
            self.client.arrived({"type": kind, **close})
            # The client answers by itself, and then the connection is gone.
            asyncio.get_running_loop().call_soon(self._lost)
        else:
            raise RuntimeError(
                f"{self}: the app sent {kind!r} on an accepted WebSocket, where only "
                "'websocket.send' and 'websocket.close' can follow"
            )

    def _write(self, message: Message) -> None:
        data, text = message.get("bytes"), message.get("text")
        if data is not None:
            sent: Message = {"type": "websocket.send", "bytes": octets(data, "'bytes'")}
        elif isinstance(text, str):
            sent = {"type": "websocket.send", "text": text}
        elif text is None:
            return
        else:
            raise TypeError(f"{self}: 'text' must be str, not {type(text).__name__}")
        if self.client is not NOBODY:
            self._unread_bytes += size_bytes(sent)
            if self._unread_bytes > HIGH_WATER_BYTES and self._drained is None:
                self._drained = Signal()
        self.client.arrived(sent)

    # What the server does.

    async def run(self, app: App) -> None:
        """Call the app, and end the connection in its place where it did not."""
        try:
            result = await app(self.scope, self.receive, self.send)  # type: ignore[func-returns-value]  # An app may be wrong, and then it shows here.
        except ClientDisconnected:
            why = "the client had left"
        except SURVIVED as error:
            seen = not (self._disconnected or self._close_sent)
            self._server.failed(self, error, seen)
            if self._server.raise_app_exceptions:
                self.client.broken(error)
            self._internal_server_error()
            why = f"the app raised {error!r}"
        else:
            if not self._answered:
                self._internal_server_error()
            why = "the app returned without closing it"
            if result is not None:
                why = f"the app returned {result!r} and has to return None"
        self.client.broken(why)
        self.close()

    def _internal_server_error(self) -> None:
        if not self._answered and self._denial is None:
            self._answered = self._close_sent = True
            self._deny(500, [], b"Internal Server Error")

    def close(self) -> None:
        """Let go of the client; what it still sends goes nowhere."""
        self.over = True
        self.client = NOBODY
        self._room.set()

    def going_away(self) -> None:
        """The server is shutting down: the client is told, and then the app."""
        if self._disconnected or self._close_sent:
            return
        if self._answered:
            self._ready.put_nowait({"type": "websocket.disconnect", "code": 1012})
            self.client.arrived({"type": "websocket.close", "code": 1012, "reason": ""})
        else:
            self._internal_server_error()
        self._lost()

    # What the client does.

    async def feed(self, message: Message) -> None:
        """Send a message; waits while the app has too much to receive."""
        while not self._room.on:
            await self._room.wait()
        if self._close_sent or self._disconnected or self.over:
            return
        self._unreceived_bytes += size_bytes(message)
        if self._unreceived_bytes >= HIGH_WATER_BYTES:
            self._room.clear()
        self._wire.append(message)
        self._read()

    def took(self, message: Message) -> None:
        """The client has read this message."""
        self._unread_bytes -= size_bytes(message)
        if self._drained is not None and self._unread_bytes <= LOW_WATER_BYTES:
            self._resume_writing()

    def leave(self, close: Message | None) -> None:
        """The client sends a close frame, or goes without one."""
        self.client = NOBODY
        self._wire.append(close or _GONE)
        self._gone = close is None
        # Where the server has something left to write, it sees at once that nobody reads it.
        if self._gone and self._drained is not None:
            self._lost()
        self._resume_writing()
        self._read()

    def _read(self) -> None:
        while self._wire and not self._paused and not self._disconnected:
            message = self._wire.popleft()
            if message["type"] == "websocket.receive":
                self._ready.put_nowait(message)
                self._paused = True
                continue
            if message["type"] == "websocket.disconnect":
                self._ready.put_nowait(message)
            self._lost()

    def _lost(self) -> None:
        if self._disconnected:
            return
        self._disconnected = True
        self._ready.put_nowait(
            {"type": "websocket.disconnect", "code": 1005 if self._answered else 1006}
        )
        self._wire.clear()
        self._room.set()
        self._resume_writing()

    def _resume_writing(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None
