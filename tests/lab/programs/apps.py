"""What the programs with FastAPI share: apps, requests, and a look at the messages of a reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI

from tests.lab.programs.program import STEP

# A request takes a millisecond or two of computing, so a step is longer here.
UNIT = 2 * STEP
App = Callable[[Any, Any, Any], Awaitable[None]]


async def get_all(app: App, *paths: str) -> list[int]:
    """Ask for all paths at once; the status codes."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app", timeout=None) as http:
        replies = await asyncio.gather(*(http.get(path) for path in paths))
    return [reply.status_code for reply in replies]


def app_with(path: str, handler: Callable[..., Any]) -> FastAPI:
    """An app of one route."""
    app = FastAPI(openapi_url=None)
    app.get(path)(handler)
    return app


def heard(inner: FastAPI, hear: Callable[[Any], None]) -> App:
    """The app, with a look at each message that it sends, as it sends it."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def look(message: Any) -> None:
            hear(message)
            await send(message)

        await inner(scope, receive, look)

    return app
