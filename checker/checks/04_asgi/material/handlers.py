"""Handlers for the attempt's router, and the router round them: `attempt.mounted`."""

import asyncio
import time
from contextvars import ContextVar

import attempt

request_id = ContextVar("request_id", default="none")


def fetch(scope):
    return "fetched"


async def store(scope):
    return "stored"


def blocks(scope):
    time.sleep(1)
    return "blocked"


async def waits(scope):
    await asyncio.sleep(1)
    return "waited"


async def quick(scope):
    await asyncio.sleep(0.1)
    return "quick"


def whose(scope):
    time.sleep(0.1)
    return request_id.get()


async def whose_async(scope):
    await asyncio.sleep(0.1)
    return request_id.get()


class Later:
    async def __call__(self, scope):
        await asyncio.sleep(0.1)
        return "called later"


class Now:
    def __call__(self, scope):
        time.sleep(0.1)
        return "called now"


def mount():
    app = attempt.router(
        [
            ("GET", "/item", fetch),
            ("POST", "/item", store),
            ("GET", "/blocks", blocks),
            ("GET", "/waits", waits),
            ("GET", "/quick", quick),
            ("GET", "/whose", whose),
            ("GET", "/whose_async", whose_async),
            ("GET", "/later", Later()),
            ("GET", "/now", Now()),
        ]
    )

    async def with_id(scope, receive, send):
        request_id.set(scope["query_string"].decode())
        await app(scope, receive, send)

    attempt.mounted = with_id
