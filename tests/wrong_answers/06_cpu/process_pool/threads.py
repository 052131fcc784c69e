# fails: in_parallel, spawned | says: whoever computes needs the one GIL
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


def make_app(job, workers):
    """An app that computes `job` for its requests, in `workers` processes."""

    @asynccontextmanager
    async def lifespan(app):
        with ThreadPoolExecutor(workers) as pool:
            yield {"pool": pool}

    async def work(request):
        loop, n = asyncio.get_running_loop(), request.path_params["n"]
        return JSONResponse(await loop.run_in_executor(request.state.pool, job, n))

    async def health(request):
        return PlainTextResponse("ok")

    routes = [Route("/jobs/{n:int}", work), Route("/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)
