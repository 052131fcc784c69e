# fails: failed_report | says: were answered with [200]
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    limiter = anyio.CapacityLimiter(most)

    @app.get("/report/{name}")
    async def report(name: str):
        try:
            return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)
        except Exception as error:
            return {"error": str(error)}

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
