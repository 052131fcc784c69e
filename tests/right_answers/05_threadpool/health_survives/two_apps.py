from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException, Response


def make_app(legacy, keys):
    async def known(key: str | None = None):
        if key not in keys:
            raise HTTPException(401)

    app, inner = FastAPI(), FastAPI(dependencies=[Depends(known)])

    @inner.get("/")
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    async def health():
        return "alive"

    @app.get("/ready")
    async def ready(response: Response):
        limiter = current_default_thread_limiter()
        if not limiter.available_tokens:
            response.status_code = 503
        waiting = limiter.statistics().tasks_waiting
        return {"busy": limiter.borrowed_tokens, "waiting": waiting}

    app.router.add_api_route("/work", work, dependencies=[Depends(known)])
    return app
