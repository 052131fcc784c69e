# fails: items_do_not_wait | says: take none of these
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    limiter = anyio.CapacityLimiter(most)

    @app.get("/report/{name}")
    async def report(name: str):
        return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)

    @app.get("/item/{name}")
    async def item(name: str):
        return await anyio.to_thread.run_sync(items.get_blocking, name, limiter=limiter)

    return app
