# fails: plain_handlers, to_thread, when_it_starts | says: before the first request
import asyncio
from concurrent.futures import ThreadPoolExecutor

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request


def make_app(settings, legacy):
    app = FastAPI()
    sized = []

    @app.middleware("http")
    async def size(request: Request, call_next):
        if not sized:
            sized.append(await settings.get("threads"))
            current_default_thread_limiter().total_tokens = sized[0]
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sized[0]))
        return await call_next(request)

    @app.get("/plain")
    def plain():
        return legacy.get_blocking("plain")

    @app.get("/other")
    async def other():
        return await asyncio.to_thread(legacy.get_blocking, "other")

    return app
