import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI


@asynccontextmanager
async def sized(settings):
    threads = await settings.get("threads")
    limiter = current_default_thread_limiter()
    with ExitStack() as stack:
        stack.callback(setattr, limiter, "total_tokens", limiter.total_tokens)
        limiter.total_tokens = threads
        pool = stack.enter_context(ThreadPoolExecutor(threads))
        asyncio.get_running_loop().set_default_executor(pool)
        yield


def make_app(settings, legacy):
    app = FastAPI(lifespan=lambda app: sized(settings))

    @app.get("/plain")
    def plain():
        return legacy.get_blocking("plain")

    @app.get("/other")
    async def other():
        return await asyncio.to_thread(legacy.get_blocking, "other")

    return app
