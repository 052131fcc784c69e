from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse


def make_app(legacy, keys):
    async def known(key: str = ""):
        if key not in keys:
            raise HTTPException(401, "an unknown key")

    guarded = APIRouter(dependencies=[Depends(known)])

    @guarded.get("/work")
    def work():
        return legacy.get_blocking("work")

    app = FastAPI()
    app.include_router(guarded)

    @app.get("/health")
    async def health():
        return "alive"

    @app.get("/ready")
    async def ready():
        limiter = current_default_thread_limiter()
        said = {"busy": limiter.borrowed_tokens, "waiting": limiter.statistics().tasks_waiting}
        return JSONResponse(said, 200 if limiter.available_tokens else 503)

    return app
