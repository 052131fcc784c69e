"""One HTTP request as its client has it: send the body, read the response, leave at any moment.

Messages are handed over one by one, as the app sent them and when it sent them. Reading is what
lets an app write on: a client that does not read holds the app up, as on a real connection. A
response is complete for its client with its last byte, if its length was declared, even if the
app has not said yet that it was the last one.

Invariant: `_messages` holds what the server wrote and the client has not read. Refuses to read
past the end, where a caller would wait for something that cannot come.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING

from checker.lab.asgi.errors import BrokenResponse
from checker.lab.asgi.wire import (
    HIGH_WATER_BYTES,
    NOBODY,
    Headers,
    Message,
    RawHeaders,
    Signal,
    octets,
    request_headers,
)

if TYPE_CHECKING:
    from checker.lab.asgi.server import Server

Body = bytes | AsyncIterable[bytes] | None


class Exchange:
    """A request and its response. Made by `Server.connect`; leaving the block disconnects."""

    __slots__ = (
        "_broken",
        "_complete",
        "_left",
        "_messages",
        "_news",
        "_owed_bytes",
        "_request",
        "_start",
        "_upload",
    )

    def __init__(
        self,
        server: Server,
        method: str,
        path: str,
        headers: Headers | None,
        body: Body,
        scheme: str = "http",
    ) -> None:
        self._messages: list[Message] = []
        self._news = Signal()
        self._start: Message | None = None
        self._owed_bytes: int | None = None  # what is missing of a body of declared length
        self._complete = False  # the client has read all of it
        self._broken: str | BaseException | None = None
        self._left = False
        self._upload: asyncio.Task[None] | None = None
        known = body if isinstance(body, bytes) else None
        raw = request_headers(headers, None if known is None else len(known))
        at_once = known if known is not None and len(known) <= HIGH_WATER_BYTES else None
        self._request = server.open(self, method, path, raw, at_once, scheme)
        if at_once is None and body is not None:
            pieces = _one(body) if isinstance(body, bytes) else body
            self._upload = server.spawn(self._send_all(pieces), f"body of {self._request}")

    async def __aenter__(self) -> Exchange:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    # Sending.

    async def send(self, data: bytes, more: bool = True) -> None:
        """Send a piece of the body; `more=False` says that it is the last one.

        Only for a request that was opened with `body=None`. Waits while 64 KiB are unread.
        """
        self._still_there("send")
        await self._request.feed(octets(data, "the body of a request"), more)

    async def _send_all(self, pieces: AsyncIterable[bytes]) -> None:
        try:
            async for piece in pieces:
                await self._request.feed(octets(piece, "the body of a request"), True)
            await self._request.feed(b"", False)
        except Exception as error:
            # It is the client's own mistake: its reader hears of it, and the server sees it leave.
            self._request.leave()
            self.broken(error)

    # Reading.

    async def receive(self) -> Message:
        """The next message that the app sent, once it is sent."""
        while not self._messages:
            self._still_there("receive")
            if self._complete and (self._request.over or self._request.complete):
                raise RuntimeError(f"{self._request}: the response is complete, and was read")
            if self._broken is not None:
                self._raise_broken(self._broken)
            await self._news.wait()
            self._news.clear()
        message = self._messages.pop(0)
        if message["type"] == "http.response.start":
            self._start = message
            self._owed_bytes = self._request.length_bytes
            self._complete = self._owed_bytes == 0
            return message
        size_bytes = len(message["body"])
        self._request.took(size_bytes)
        if self._owed_bytes is not None:
            self._owed_bytes -= size_bytes
        self._complete = self._owed_bytes == 0 or not message["more_body"]
        return message

    async def status(self) -> int:
        """The status of the response, once the app has started it."""
        start = self._start or await self.receive()
        return int(start["status"])

    @property
    def complete(self) -> bool:
        """Whether the client has the whole response."""
        return self._complete

    @property
    def headers(self) -> RawHeaders:
        """The headers of the response, as the app sent them; known once `status` is."""
        if self._start is None:
            raise RuntimeError(f"{self._request}: await exchange.status() before its headers")
        return list(self._start["headers"])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece of the response's body that is not empty."""
        if self._start is None:
            await self.status()
        while not self._complete:
            message = await self.receive()
            if message["body"]:
                return bytes(message["body"])
        raise StopAsyncIteration

    async def read(self) -> bytes:
        """The rest of the response's body."""
        # Not by way of __anext__: a request in flight would hold three coroutines more.
        pieces = []
        while self._start is None or not self._complete:
            message = await self.receive()
            if message["type"] == "http.response.body":
                pieces.append(message["body"])
        return b"".join(pieces)

    # Leaving.

    def disconnect(self) -> None:
        """The client leaves now; what was not read is gone."""
        if self._left:
            return
        self._left = True
        if self._upload is not None:
            self._upload.cancel()
        self._messages.clear()
        self._request.leave()
        self._news.set()

    def release(self) -> None:
        """Leave, unless all is sent and read: then the connection is kept for another request."""
        if self._complete and not self._request.more_body and not self._left:
            self._left = True
            self._request.client = NOBODY
        else:
            self.disconnect()

    def _still_there(self, doing: str) -> None:
        if self._left:
            raise RuntimeError(f"{self._request}: {doing} after disconnect; the client has left")

    def _raise_broken(self, why: str | BaseException) -> None:
        if isinstance(why, BaseException):
            raise why
        when = "after" if self._start else "before"
        raise BrokenResponse(
            f"{self._request}: the server closed the connection {when} the start of the response "
            f"and before its end: {why}"
        )

    # What the server calls.

    def arrived(self, message: Message) -> None:
        """The server wrote a message."""
        self._messages.append(message)
        self._news.set()

    def broken(self, why: str | BaseException) -> None:
        """The server closed the connection; nothing comes after what was written."""
        self._broken = why
        self._news.set()


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body
