"""Size it

`make_app(settings, legacy)` has two handlers that block in threads: one is a plain `def`, the other
uses `asyncio.to_thread`. Each kind has a pool of its own. How many threads each should have stands
in the settings: `await settings.get("threads")` is a number.

- Asked once, when the app starts, and before the first request is served.
- From then on, so many plain `def` handlers run at once; and so many calls of `asyncio.to_thread`.
- When the app stops, plain handlers have as many threads as before it started. Tests start and
  stop many apps on one loop.

The app is made when its module is imported, where no loop runs yet. Out of scope: what
`asyncio.to_thread` has after the stop, and shutting its executor down.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI


def make_app(settings, legacy):
    """An app that has as many threads of both kinds as the settings say."""

    @asynccontextmanager
    async def lifespan(app):
        threads = await settings.get("threads")
        limiter = current_default_thread_limiter()
        before = limiter.total_tokens
        limiter.total_tokens = threads
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))
        try:
            yield
        finally:
            limiter.total_tokens = before

    app = FastAPI(lifespan=lifespan)

    @app.get("/plain")
    def plain():
        return legacy.get_blocking("plain")

    @app.get("/other")
    async def other():
        return await asyncio.to_thread(legacy.get_blocking, "other")

    return app
