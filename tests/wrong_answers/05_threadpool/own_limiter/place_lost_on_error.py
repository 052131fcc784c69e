# fails: failed_report | says: A place is given back however
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    limiter = anyio.CapacityLimiter(most)

    @app.get("/report/{name}")
    async def report(name: str):
        own = object()
        await limiter.acquire_on_behalf_of(own)
        free = anyio.CapacityLimiter(1)
        made = await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=free)
        limiter.release_on_behalf_of(own)
        return made

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
