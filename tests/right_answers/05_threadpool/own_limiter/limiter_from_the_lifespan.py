from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request


def make_app(reports, items, most):
    @asynccontextmanager
    async def lifespan(app):
        yield {"limiter": anyio.CapacityLimiter(most)}

    app = FastAPI(lifespan=lifespan)

    @app.get("/report/{name}")
    async def report(name: str, request: Request):
        limiter = request.state.limiter
        return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
