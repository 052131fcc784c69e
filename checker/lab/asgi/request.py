"""One HTTP request as the server has it: the scope, and the `receive` and `send` of the app.

It behaves as uvicorn on h11 does, state by state; the tests run the same apps on both.

- A body is collected until the app receives it, so an app gets it in fewer pieces than were sent.
- A client that leaves is told to an app that receives, and is silent to one that sends. Nothing
  is cancelled. What had arrived and was not received yet is lost.
- An exception before the start of the response makes a 500, one after it breaks the response off.

Invariant: `_body` never holds more than the high-water mark, and nothing is written while more
than that waits to be read by the client. Refuses messages out of order and wrong lengths.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from checker.lab.asgi.framing import body_length, refuse, response_headers
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
)

if TYPE_CHECKING:
    from checker.lab.asgi.server import Server

# A server survives what an app raises. It does not survive what ends the program or the run.
SURVIVED = (Exception, asyncio.CancelledError, SystemExit)


class Request:
    """One request, and how far its response has come."""

    __slots__ = (
        "_body",
        "_drained",
        "_head",
        "_label",
        "_left_bytes",
        "_lost_behind_body",
        "_news",
        "_room",
        "_server",
        "_unread_bytes",
        "client",
        "complete",
        "disconnected",
        "length_bytes",
        "more_body",
        "over",
        "scope",
        "started",
    )

    def __init__(self, server: Server, client: Client, scope: Scope, body: bytes | None) -> None:
        self._server = server
        self.client = client
        self.scope = scope
        self._label = f"{scope['method']} {scope['path']}"
        self._head = scope["method"] == "HEAD"
        self._body = body or b""
        self.more_body = body is None  # the client has not sent all of it
        self._news = Signal()  # something for the app to receive
        self._news.on = body is not None
        self._room: Signal | None = None  # a client waits to send more of the body
        self._drained: Signal | None = None  # an app may not write for now
        self._unread_bytes = 0
        self._left_bytes: int | None = None  # what the body lacks, if its length was declared
        self._lost_behind_body = False
        self.length_bytes: int | None = None  # how much of a body makes the response whole
        self.started = False
        self.complete = False
        self.disconnected = False
        self.over = False

    def __str__(self) -> str:
        return self._label

    # What the app calls.

    async def receive(self) -> Message:
        """The next piece of the request; once that is read, the end of the connection."""
        if not self.disconnected and not self.complete:
            await self._news.wait()
            self._news.clear()
        if self.disconnected or self.complete:
            return {"type": "http.disconnect"}
        message = {"type": "http.request", "body": self._body, "more_body": self.more_body}
        self._body = b""
        if self._lost_behind_body:
            self._lost()
        elif self._room is not None:
            self._room.set()
        return message

    async def send(self, message: Message) -> None:
        """Write to the client; waits while the client is too far behind."""
        if self._drained is not None and not self.disconnected:
            await self._drained.wait()
        if self._lost_behind_body:
            self._lost()
        if self.disconnected:
            return
        kind = message["type"]
        if not self.started:
            if kind != "http.response.start":
                raise self._out_of_order(kind, "http.response.start")
            self._start(message)
        elif not self.complete:
            if kind != "http.response.body":
                raise self._out_of_order(kind, "http.response.body")
            self._write(message)
        else:
            raise RuntimeError(
                f"{self}: the app sent {kind!r} after its response was complete; a message with "
                "more_body=False, or without more_body, is the last one"
            )

    def _out_of_order(self, kind: str, due: str) -> RuntimeError:
        return RuntimeError(
            f"{self}: the app sent {kind!r} where {due!r} is due; a response is one start, then "
            "one or more bodies"
        )

    def _start(self, message: Message) -> None:
        # A start that is refused below has still begun the response: no 500 can follow it.
        self.started = True
        status = message["status"]
        headers = response_headers(message.get("headers", ()))
        self.length_bytes = self._left_bytes = body_length(status, headers)
        if self._head:
            self.length_bytes, self._left_bytes = 0, None
        self.client.arrived({"type": "http.response.start", "status": status, "headers": headers})

    def _write(self, message: Message) -> None:
        body = octets(message.get("body", b""), "the body of a response")
        more = bool(message.get("more_body", False))
        if self._head:
            body = b""
        too_short = False
        if self._left_bytes is not None:
            if len(body) > self._left_bytes:
                self._left_bytes = -1
                refuse(f"{self}: the body is longer than its content-length, or has to be empty")
            self._left_bytes -= len(body)
            too_short = not more and self._left_bytes > 0
        self._unread_bytes += len(body)
        if self._unread_bytes > HIGH_WATER_BYTES and self._drained is None:
            self._drained = Signal()
        self.client.arrived(
            {"type": "http.response.body", "body": body, "more_body": more or too_short}
        )
        if not more:
            self.complete = True
            self._news.set()
            if self._room is not None:
                self._room.set()
        if too_short:
            refuse(f"{self}: the body is {self._left_bytes} bytes shorter than its content-length")

    # What the server does.

    async def run(self, app: App) -> None:
        """Call the app, and end the response in its place where it did not."""
        try:
            result = await app(self.scope, self.receive, self.send)  # type: ignore[func-returns-value]  # An app may be wrong, and then it shows here.
        except SURVIVED as error:
            seen = not (self.complete or self.disconnected)
            self._server.failed(self, error, seen)
            if self._server.raise_app_exceptions and seen:
                self.client.broken(error)
            elif self.started:
                self.client.broken(f"the app raised {error!r}")
            else:
                await self._internal_server_error()
        else:
            if result is not None:
                self.client.broken(f"the app returned {result!r} and has to return None")
            elif not self.started:
                await self._internal_server_error()
            elif not self.complete:
                self.client.broken("the app returned before the last piece of the body")
        finally:
            self.close()

    async def _internal_server_error(self) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": b"Internal Server Error"})

    def close(self) -> None:
        """Let go of the client, and of the scope, on which frameworks leave a lot."""
        self.over = True
        self.client = NOBODY
        self.scope = {}
        if self._room is not None:
            self._room.set()

    # What the client does.

    def took(self, size_bytes: int) -> None:
        """The client has read this much of the response."""
        self._unread_bytes -= size_bytes
        if self._drained is not None and self._unread_bytes <= LOW_WATER_BYTES:
            self._drained.set()
            self._drained = None

    async def feed(self, data: bytes, more: bool) -> None:
        """Send a piece of the body; waits while the app has too much of it to receive."""
        while not (self.complete or self.over or self.disconnected):
            room = HIGH_WATER_BYTES - len(self._body)
            if room > 0 or not data:
                self._body += data[:room]
                data = data[room:]
                self.more_body = more or bool(data)
                self._news.set()
            if not data:
                return
            self._room = self._room or Signal()
            self._room.clear()
            await self._room.wait()

    def leave(self) -> None:
        """The client goes away.

        A server that has stopped reading, since it holds more than the app has received, sees
        this only when it reads on, or when it writes to somebody who is not there.
        """
        self.client = NOBODY
        held_up = self._room is not None and not self._room.on
        if held_up and self._drained is None:
            self._lost_behind_body = True
        else:
            self._lost()

    def _lost(self) -> None:
        self._lost_behind_body = False
        if not self.complete:
            self.disconnected = True
        self._news.set()
        if self._drained is not None:
            self._drained.set()
            self._drained = None
