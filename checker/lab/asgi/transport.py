"""Lets httpx talk to an app: its requests become exchanges, its responses read from them.

Unlike `httpx.ASGITransport` it hands every chunk on when it is sent, honours httpx's time-outs,
and a response that is closed early, or a request that is cancelled, is a client that leaves.
Like httpx on a socket it sends the whole request before it reads the response.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from checker.lab.asgi.errors import BrokenResponse
from checker.lab.asgi.exchange import Exchange
from checker.lab.asgi.framing import wire_headers

if TYPE_CHECKING:
    from checker.lab.asgi.server import Server

_T = TypeVar("_T")


class Transport(httpx.AsyncBaseTransport):
    """What `Server.client` gives to httpx."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return once the response has started."""
        exchange = self._connect(request)
        read_s = request.extensions.get("timeout", {}).get("read")
        try:
            await self._send_body(exchange, request)
            status = await _within(read_s, request, httpx.ReadTimeout, exchange.status())
        except BaseException:
            exchange.disconnect()
            raise
        return httpx.Response(
            status,
            headers=wire_headers(status, exchange.headers),
            stream=_Stream(exchange, request, read_s),
            extensions={"http_version": b"HTTP/1.1"},
        )

    def _connect(self, request: httpx.Request) -> Exchange:
        # The headers of httpx say already how the body is framed.
        target = request.url.raw_path.decode("ascii")
        body = b"" if _bodiless(request) else None
        return Exchange(
            self._server, request.method, target, request.headers.raw, body, request.url.scheme
        )

    async def _send_body(self, exchange: Exchange, request: httpx.Request) -> None:
        if _bodiless(request):
            return
        write_s = request.extensions.get("timeout", {}).get("write")
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            await _within(write_s, request, httpx.WriteTimeout, exchange.send(piece))
        await exchange.send(b"", more=False)


def _bodiless(request: httpx.Request) -> bool:
    named = request.headers
    return named.get("content-length", "0") == "0" and "transfer-encoding" not in named


class _Stream(httpx.AsyncByteStream):
    """The body of a response, read from its exchange."""

    def __init__(self, exchange: Exchange, request: httpx.Request, read_s: float | None) -> None:
        self._exchange = exchange
        self._request = request
        self._read_s = read_s

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        step = self._exchange.__anext__()
        return await _within(self._read_s, self._request, httpx.ReadTimeout, step)

    async def aclose(self) -> None:
        self._exchange.release()


async def _within(
    seconds: float | None,
    request: httpx.Request,
    error: type[httpx.TimeoutException],
    step: Coroutine[Any, Any, _T],
) -> _T:
    """Do one step, and turn what goes wrong into what httpx raises for it."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await step
    except TimeoutError:
        if not limit.expired():
            raise
        raise error(f"nothing moved for {seconds} s", request=request) from None
    except BrokenResponse as broken:
        raise httpx.RemoteProtocolError(str(broken), request=request) from broken
