"""Real uvicorn on a real socket, and real clients, with the faces of `serve` and its clients.

It is here so that one and the same app and one and the same client can be run against both and
what they saw compared. The server and its clients share one loop. Nothing waits by sleeping: the
server is ready when its own `startup` returns.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import h11
import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from checker.lab.asgi import BrokenResponse, Closed, Denied
from checker.lab.asgi.wire import App, Headers, Message, RawHeaders, request_headers, split_target


class RealServer:
    """What `serve` gives, by uvicorn on h11 and its default for WebSockets."""

    def __init__(self, app: App, *, lifespan: str = "off", graceful: bool = False) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="websockets-sansio",
            lifespan=lifespan,  # type: ignore[arg-type]
            log_config=None,
            access_log=False,
            ws_per_message_deflate=False,
        )
        config.load()
        self.uvicorn = uvicorn.Server(config)
        self.uvicorn.lifespan = config.lifespan_class(config)
        self._graceful = graceful
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    async def __aenter__(self) -> RealServer:
        try:
            await self.uvicorn.startup(sockets=[self._socket])
        except BaseException:
            self._socket.close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._graceful:
            await self.uvicorn.shutdown(sockets=[self._socket])
            return
        # The same without its sleeps, as every test here ends with it.
        for server in self.uvicorn.servers:
            server.close()
        self._socket.close()
        for connection in list(self.uvicorn.server_state.connections):
            connection.shutdown()
        while tasks := list(self.uvicorn.server_state.tasks):
            await asyncio.wait(tasks)
        while self.uvicorn.server_state.connections:
            await asyncio.sleep(0)
        for server in self.uvicorn.servers:
            await server.wait_closed()
        await self.uvicorn.lifespan.shutdown()

    @property
    def connections(self) -> list[Any]:
        return list(self.uvicorn.server_state.connections)

    def connect(
        self, method: str, path: str, *, headers: Headers | None = None, body: Any = b""
    ) -> RealExchange:
        return RealExchange(self.port, method, path, headers, body)

    def websocket(
        self, path: str, *, subprotocols: Sequence[str] = (), headers: Headers | None = None
    ) -> RealWebSocket:
        return RealWebSocket(self.port, path, subprotocols, headers)

    def client(self, **options: Any) -> httpx.AsyncClient:
        settings = {"base_url": f"http://127.0.0.1:{self.port}", "trust_env": False, **options}
        return httpx.AsyncClient(**settings)


class RealExchange:
    """What `Server.connect` gives, over TCP and h11."""

    def __init__(
        self, port: int, method: str, path: str, headers: Headers | None, body: Any
    ) -> None:
        self._port = port
        self._body = body
        self._conn = h11.Connection(h11.CLIENT)
        _, raw_path, query = split_target(path)
        target = raw_path + b"?" + query if query else raw_path
        raw = request_headers(headers, len(body) if isinstance(body, bytes) else None)
        self._request = h11.Request(method=method, target=target, headers=raw)
        self._start: h11.Response | None = None
        self._complete = False
        self._upload: asyncio.Task[None] | None = None

    async def __aenter__(self) -> RealExchange:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = self._conn.send(self._request)
        if isinstance(self._body, bytes):
            data = self._conn.send(h11.Data(self._body)) if self._body else b""
            self._writer.write(head + data + self._conn.send(h11.EndOfMessage()))
        else:
            self._writer.write(head)
        if self._body is not None and not isinstance(self._body, bytes):
            self._upload = asyncio.create_task(self._send_all(self._body))
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._upload is not None:
            self._upload.cancel()
            await asyncio.wait([self._upload])
        self.disconnect()

    async def send(self, data: bytes, more: bool = True) -> None:
        if data:
            self._writer.write(self._conn.send(h11.Data(data)))
        if not more:
            self._writer.write(self._conn.send(h11.EndOfMessage()))
        await self._writer.drain()

    async def _send_all(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await self.send(piece)
        await self.send(b"", more=False)

    async def receive(self) -> Message:
        while True:
            try:
                event = self._conn.next_event()
            except h11.RemoteProtocolError as error:
                raise BrokenResponse(str(error)) from None
            if isinstance(event, h11.Response):
                self._start = event
                return {
                    "type": "http.response.start",
                    "status": event.status_code,
                    "headers": self.headers,
                }
            if isinstance(event, h11.Data):
                body = bytes(event.data)
                return {"type": "http.response.body", "body": body, "more_body": True}
            if isinstance(event, h11.EndOfMessage):
                self._complete = True
                return {"type": "http.response.body", "body": b"", "more_body": False}
            if isinstance(event, h11.ConnectionClosed):
                raise BrokenResponse("closed without a response")
            try:
                data = await self._reader.read(65536)
            except ConnectionError as error:
                raise BrokenResponse(str(error)) from None
            self._conn.receive_data(data)

    async def status(self) -> int:
        if self._start is None:
            await self.receive()
        assert self._start is not None
        return self._start.status_code

    @property
    def headers(self) -> RawHeaders:
        assert self._start is not None
        return [
            (name, value) for name, value in self._start.headers if name != b"transfer-encoding"
        ]

    def __aiter__(self) -> RealExchange:
        return self

    async def __anext__(self) -> bytes:
        if self._start is None:
            await self.status()
        while not self._complete:
            if body := (await self.receive())["body"]:
                return bytes(body)
        raise StopAsyncIteration

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])

    def disconnect(self) -> None:
        self._writer.transport.abort()


class RealWebSocket:
    """What `Server.websocket` gives, over TCP and the websockets library."""

    def __init__(
        self, port: int, path: str, subprotocols: Sequence[str], headers: Headers | None
    ) -> None:
        self._connect = websocket_connect(
            f"ws://127.0.0.1:{port}{path}",
            subprotocols=list(subprotocols) or None,  # type: ignore[arg-type]
            additional_headers=headers,  # type: ignore[arg-type]
            compression=None,
            user_agent_header=None,
            proxy=None,
            ping_interval=None,
        )
        self._open: ClientConnection | None = None

    async def __aenter__(self) -> RealWebSocket:
        try:
            self._open = await self._connect.__aenter__()
        except InvalidStatus as denied:
            answer = denied.response
            headers = [(n.lower().encode(), v.encode()) for n, v in answer.headers.raw_items()]
            raise Denied("", answer.status_code, headers, bytes(answer.body or b"")) from None
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._connect.__aexit__(None, None, None)

    @property
    def connection(self) -> ClientConnection:
        assert self._open is not None
        return self._open

    @property
    def subprotocol(self) -> str | None:
        return self.connection.subprotocol

    @property
    def headers(self) -> RawHeaders:
        response = self.connection.response
        assert response is not None
        return [(n.lower().encode(), v.encode()) for n, v in response.headers.raw_items()]

    async def send_text(self, text: str) -> None:
        await self._call(self.connection.send(text))

    async def send_bytes(self, data: bytes) -> None:
        await self._call(self.connection.send(data))

    async def receive(self) -> str | bytes:
        received = await self._call(self.connection.recv())
        assert isinstance(received, str | bytes)
        return received

    async def receive_text(self) -> str:
        text = await self.receive()
        assert isinstance(text, str)
        return text

    async def _call(self, call: Any) -> Any:
        try:
            return await call
        except ConnectionClosed as closed:
            frame = closed.rcvd
            code, reason = (frame.code, frame.reason) if frame else (1006, "")
            raise Closed("", code, reason) from None

    def close(self, code: int = 1000, reason: str = "") -> None:
        self._closing = asyncio.ensure_future(self.connection.close(code, reason))

    def disconnect(self) -> None:
        self.connection.transport.abort()
