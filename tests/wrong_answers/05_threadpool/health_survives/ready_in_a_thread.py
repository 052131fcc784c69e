# fails: ready | says: need no thread
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse


def make_app(legacy, keys):

    async def known(key: str = ""):
        if key not in keys:
            raise HTTPException(401, "an unknown key")

    app = FastAPI()

    @app.get("/work", dependencies=[Depends(known)])
    def work():
        return legacy.get_blocking("work")

    @app.get("/health")
    async def health():
        return "alive"

    @app.get("/ready")
    def ready():
        seen = current_default_thread_limiter().statistics()
        full = seen.borrowed_tokens >= seen.total_tokens
        said = {"busy": seen.borrowed_tokens, "waiting": seen.tasks_waiting}
        return JSONResponse(said, 503 if full else 200)

    return app
