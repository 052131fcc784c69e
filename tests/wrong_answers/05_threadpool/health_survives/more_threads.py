# fails: health, ready, work | says: the second waits for one
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException


def make_app(legacy, keys):

    async def known(key: str = ""):
        if key not in keys:
            raise HTTPException(401, "an unknown key")

    @asynccontextmanager
    async def lifespan(app):
        current_default_thread_limiter().total_tokens = 1000
        yield

    app = FastAPI(lifespan=lifespan, dependencies=[Depends(known)])

    @app.get("/work")
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    def health():
        return "alive"

    return app
