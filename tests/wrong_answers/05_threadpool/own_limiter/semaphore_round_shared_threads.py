# fails: items_do_not_wait | says: A semaphore round the shared threads
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    turns = anyio.Semaphore(most)

    @app.get("/report/{name}")
    async def report(name: str):
        async with turns:
            return await anyio.to_thread.run_sync(reports.get_blocking, name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
