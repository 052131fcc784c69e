"""Runs one app and one client against uvicorn and against the lab's driver, and compares.

A test says what the app and the client see. `both` shows that it is so with uvicorn, and that the
driver makes no difference: on the plain loop of asyncio, and on the loop of the lab.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from checker import lab
from checker.lab.asgi import BrokenResponse, serve
from tests.lab.asgi.real import RealServer


class Seen:
    """What the app saw and what the client saw, and the events by which they keep in step."""

    def __init__(self) -> None:
        self.app: list[Any] = []
        self.client: list[Any] = []
        self._events: dict[str, asyncio.Event] = {}

    def event(self, name: str) -> asyncio.Event:
        return self._events.setdefault(name, asyncio.Event())

    def happened(self, name: str) -> None:
        self.event(name).set()

    async def until(self, name: str) -> None:
        await self.event(name).wait()


AppOfTest = Callable[[Any, Any, Any, Seen], Awaitable[Any]]
ClientOfTest = Callable[[Any, Seen], Awaitable[None]]
Outcome = dict[str, list[Any]]


def both(app: AppOfTest, client: ClientOfTest, **real: Any) -> Outcome:
    """What app and client saw, which must be the same in all three worlds."""
    with_uvicorn = asyncio.run(_meet(RealServer, app, client, real))
    with_driver = asyncio.run(_meet(serve, app, client, {"lifespan": False}))
    in_lab = lab.run(lambda: _meet(serve, app, client, {"lifespan": False})).result
    assert with_driver == with_uvicorn
    assert in_lab == with_driver
    return with_driver


async def _meet(make: Any, app: AppOfTest, client: ClientOfTest, options: Any) -> Outcome:
    seen = Seen()

    async def served(scope: Any, receive: Any, send: Any) -> Any:
        return await app(scope, receive, send, seen)

    async with make(served, **options) as server:
        await client(server, seen)
    return {"app": seen.app, "client": seen.client}


async def start(send: Any, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def body(send: Any, data: bytes, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def answer(send: Any, data: bytes = b"ok", status: int = 200) -> None:
    await start(send, status)
    await body(send, data)


async def whole(exchange: Any) -> tuple[Any, ...]:
    """Status, headers and body of a response; of a broken one what there is, and "broken"."""
    got = b""
    try:
        status = await exchange.status()
        headers = exchange.headers
    except BrokenResponse:
        return ("broken",)
    try:
        async for piece in exchange:
            got += piece
    except BrokenResponse:
        return status, headers, got, "broken"
    return status, headers, got
