# fails: plain_handlers | says: can be set
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI


def make_app(settings, legacy):

    @asynccontextmanager
    async def lifespan(app):
        threads = await settings.get("threads")
        limiter = current_default_thread_limiter()
        before = limiter.total_tokens
        limiter.total_tokens = max(before, threads)
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
