"""What both ends of a connection agree on: the types, the water marks, headers and targets.

Nothing is sent as bytes here: a "wire" is a list of ASGI messages. What a real server would
read off a socket (lower-case header names, a decoded path) is computed once, on the client's side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote, unquote

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
RawHeaders: TypeAlias = list[tuple[bytes, bytes]]

# A server stops reading a request, and an app that writes is held up, above the high mark;
# writing goes on at the low one. The numbers are uvicorn's, and those of asyncio's transports.
HIGH_WATER_BYTES = 64 * 1024
LOW_WATER_BYTES = 16 * 1024

SERVER = ("127.0.0.1", 8000)
HOST = "app"
_FIRST_PORT = 49152
_PORTS = 65536 - _FIRST_PORT

# Characters of a target that stand for themselves; every other one is percent-encoded in UTF-8.
_PLAIN = "%/:?[]@!$&'()*+,;=~"


class Client(Protocol):
    """The end of a connection that the messages of an app arrive at."""

    def arrived(self, message: Message) -> None:
        """The server wrote `message`."""

    def broken(self, why: str | BaseException) -> None:
        """The server closed the connection."""


class Nobody:
    """A client that takes no notice. It stands where a connection has been let go."""

    def arrived(self, message: Message) -> None:
        """Nobody reads it."""

    def broken(self, why: str | BaseException) -> None:
        """Nobody is there to see it."""


NOBODY = Nobody()


class Signal:
    """What asyncio.Event does, for next to nothing: it holds a list only while somebody waits.

    An empty Event holds 700 bytes, and each request in flight waits on one of these.
    """

    __slots__ = ("_waiters", "on")

    def __init__(self) -> None:
        self.on = False
        self._waiters: list[asyncio.Future[None]] | None = None

    def set(self) -> None:
        """Wake everyone who waits, and let nobody wait until `clear`."""
        self.on = True
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def clear(self) -> None:
        """Let those who come from now on wait."""
        self.on = False

    def wait(self) -> Awaitable[None]:
        """Return once `set` was called, at once if it has been."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.on:
            waiter.set_result(None)
        else:
            self._waiters = self._waiters or []
            self._waiters.append(waiter)
        return waiter


def client_address(number: int) -> tuple[str, int]:
    """Where the connection with this number comes from: each has a port of its own."""
    return ("127.0.0.1", _FIRST_PORT + number % _PORTS)


@lru_cache(maxsize=1024)
def split_target(target: str) -> tuple[str, bytes, bytes]:
    """The path with its escapes decoded, the path as sent, and the query string."""
    if not target.startswith("/"):
        raise ValueError(
            f"the path of a request starts with a slash, and {target!r} does not; the server's "
            "name is no part of it: connect('GET', '/items?page=2')"
        )
    sent = quote(target.partition("#")[0], safe=_PLAIN)
    raw_path, _, query = sent.partition("?")
    return unquote(raw_path), raw_path.encode(), query.encode()


def raw_headers(headers: Headers | None) -> RawHeaders:
    """Headers as an app sees them: bytes, with the names in lower case."""
    if headers is None:
        return []
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(_octets(name).lower(), _octets(value)) for name, value in pairs]


def _octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def request_headers(headers: Headers | None, length: int | None) -> RawHeaders:
    """What a client sends: `headers`, and the host and the framing unless they name them.

    `length` is that of the body in bytes, or None when the body is sent bit by bit.
    """
    if headers is None and length == 0:
        return [(b"host", HOST.encode())]
    raw = raw_headers(headers)
    names = {name for name, _ in raw}
    if b"host" not in names:
        raw.insert(0, (b"host", HOST.encode()))
    if names.isdisjoint((b"content-length", b"transfer-encoding")):
        if length is None:
            raw.append((b"transfer-encoding", b"chunked"))
        elif length:
            raw.append((b"content-length", b"%d" % length))
    return raw


def octets(data: object, where: str) -> bytes:
    """A copy of bytes-like data that its owner may change afterwards."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    raise TypeError(f"{where} must be bytes, not {type(data).__name__}; encode text first")
