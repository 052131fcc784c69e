# fails: answers, at_most, items_do_not_wait, failed_report, two_apps | says: NoEventLoopError
import anyio
import anyio.to_thread
from fastapi import FastAPI


def make_app(reports, items, most):
    app = FastAPI()
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = most

    @app.get("/report/{name}")
    async def report(name: str):
        return await anyio.to_thread.run_sync(reports.get_blocking, name, limiter=limiter)

    @app.get("/item/{name}")
    def item(name: str):
        return items.get_blocking(name)

    return app
