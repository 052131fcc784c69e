import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI


def make_app(job, workers):
    @asynccontextmanager
    async def lifespan(app):
        context = multiprocessing.get_context("forkserver")
        app.state.pool = ProcessPoolExecutor(max_workers=workers, mp_context=context)
        try:
            yield
        finally:
            await asyncio.to_thread(app.state.pool.shutdown)

    app = FastAPI(lifespan=lifespan)

    @app.get("/jobs/{n}")
    async def work(n: int):
        return await asyncio.wrap_future(app.state.pool.submit(job, n))

    @app.get("/health")
    async def health():
        return "ok"

    return app
