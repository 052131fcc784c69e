# fails: at_most | says: one for all requests
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()

    @app.get("/report/{name}")
    async def report(name: str):
        limiter = anyio.CapacityLimiter(most)
        return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
