# fails: at_most, items_do_not_wait, failed_report | says: reports were made at once
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    anyio.CapacityLimiter(most)

    @app.get("/report/{name}")
    async def report(name: str):
        return reports.get_blocking(name)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
