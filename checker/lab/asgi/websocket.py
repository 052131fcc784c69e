"""One WebSocket as its client has it: wait to be accepted, talk, close or just leave.

Messages are read one by one; a client that does not read holds the app up. A close by the app is
answered by itself, as every client library does.

Invariant: what the server wrote before a close is read before the close is raised.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from checker.lab.asgi.errors import Closed, Denied
from checker.lab.asgi.frames import check_close
from checker.lab.asgi.wire import Headers, Message, RawHeaders, Signal, octets, request_headers

if TYPE_CHECKING:
    from checker.lab.asgi.server import Server

_HANDSHAKE = [
    (b"connection", b"Upgrade"),
    (b"upgrade", b"websocket"),
    # A client draws this key by chance. Here it is always the one of RFC 6455, section 1.3.
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
    (b"sec-websocket-version", b"13"),
]


class WebSocket:
    """A client's WebSocket. Made by `Server.websocket`; leaving the block closes it."""

    def __init__(
        self, server: Server, path: str, subprotocols: Sequence[str], headers: Headers | None
    ) -> None:
        self.subprotocol: str | None = None
        self.headers: RawHeaders = []
        self._messages: deque[Message] = deque()
        self._news = Signal()
        self._ended: BaseException | None = None
        self._done = False  # the client has closed, or left
        raw = [*request_headers(headers, 0), *_HANDSHAKE]
        if subprotocols:
            raw.append((b"sec-websocket-protocol", ", ".join(subprotocols).encode()))
        self._socket = server.open_socket(self, path, raw, list(subprotocols))

    async def __aenter__(self) -> WebSocket:
        try:
            answer = await self._next()
        except BaseException:
            self.disconnect()
            raise
        self.subprotocol = answer["subprotocol"]
        self.headers = answer["headers"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Talking.

    async def send_text(self, text: str) -> None:
        """Send a text; waits while 64 KiB are unread."""
        self._still_open()
        if not isinstance(text, str):
            raise TypeError(f"send_text takes str, not {type(text).__name__}; use send_bytes")
        await self._socket.feed({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes; waits while 64 KiB are unread."""
        self._still_open()
        await self._socket.feed({"type": "websocket.receive", "bytes": octets(data, "a message")})

    async def receive(self) -> str | bytes:
        """The next message, once the app sends it. Raises `Closed` when there is none to come."""
        message = await self._next()
        self._socket.took(message)
        data: str | bytes | None = message.get("bytes")
        return str(message["text"]) if data is None else data

    async def receive_text(self) -> str:
        """The next message, which must be text."""
        data = await self.receive()
        if not isinstance(data, str):
            raise TypeError(f"{self._socket}: the app sent bytes and not text: {data!r}")
        return data

    async def receive_bytes(self) -> bytes:
        """The next message, which must be bytes."""
        data = await self.receive()
        if not isinstance(data, bytes):
            raise TypeError(f"{self._socket}: the app sent text and not bytes: {data!r}")
        return data

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self

    async def __anext__(self) -> str | bytes:
        """The next message; ends when the WebSocket is closed."""
        try:
            return await self.receive()
        except Closed:
            raise StopAsyncIteration from None

    # Leaving.

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Send a close, and read no more."""
        check_close(code, reason)
        message = {"type": "websocket.disconnect", "code": code, "reason": reason}
        self._leave(message, Closed(str(self._socket), code, reason))

    def disconnect(self) -> None:
        """The client leaves now, without a close."""
        self._leave(None, Closed(str(self._socket), 1006, "the client left"))

    def _leave(self, close: Message | None, ended: Closed) -> None:
        if self._done:
            return
        self._done = True
        if self._ended is None:
            self._socket.leave(close)
            self._ended = ended
        self._messages.clear()
        self._news.set()

    def _still_open(self) -> None:
        if self._ended is not None:
            raise self._ended

    async def _next(self) -> Message:
        while not self._messages:
            self._still_open()
            await self._news.wait()
            self._news.clear()
        return self._messages.popleft()

    # What the server calls.

    def arrived(self, message: Message) -> None:
        """The server wrote a message."""
        self._news.set()
        if message["type"] == "websocket.close":
            self._ended = Closed(str(self._socket), message["code"], message["reason"])
        elif message["type"] == "websocket.http.response":
            status, headers, body = message["status"], message["headers"], message["body"]
            self._ended = Denied(str(self._socket), status, headers, body)
        else:
            self._messages.append(message)

    def broken(self, why: str | BaseException) -> None:
        """The server closed the connection."""
        if self._ended is None:
            told = why if isinstance(why, BaseException) else None
            self._ended = told or Closed(str(self._socket), 1006, str(why))
            self._news.set()
