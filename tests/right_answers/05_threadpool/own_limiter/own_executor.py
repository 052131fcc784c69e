import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI


def make_app(reports, items, most):
    pool = ThreadPoolExecutor(most)

    @asynccontextmanager
    async def lifespan(app):
        yield
        pool.shutdown(wait=False)

    app = FastAPI(lifespan=lifespan)

    @app.get("/report/{name}")
    async def report(name: str):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, reports.get_blocking, name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
