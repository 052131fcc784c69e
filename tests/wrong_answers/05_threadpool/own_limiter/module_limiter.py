# fails: two_apps | says: shared by all apps
import anyio
import anyio.to_thread
from fastapi import FastAPI

LIMITERS = {}


def make_app(reports, items, most):
    app = FastAPI()
    limiter = LIMITERS.setdefault("reports", anyio.CapacityLimiter(most))

    @app.get("/report/{name}")
    async def report(name: str):
        return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
