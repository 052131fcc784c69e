# fails: health, ready, keys | says: look at the dependencies of the app
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse


def make_app(legacy, keys):

    def known(request: Request, key: str = ""):
        if request.url.path == "/work" and key not in keys:
            raise HTTPException(401, "an unknown key")

    app = FastAPI(dependencies=[Depends(known)])

    @app.get("/work")
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    async def health():
        return "alive"

    @app.get("/ready")
    async def ready():
        seen = current_default_thread_limiter().statistics()
        full = seen.borrowed_tokens >= seen.total_tokens
        said = {"busy": seen.borrowed_tokens, "waiting": seen.tasks_waiting}
        return JSONResponse(said, 503 if full else 200)

    return app
