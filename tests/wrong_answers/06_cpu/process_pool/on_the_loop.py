# fails: in_parallel, loop_is_free, spawned | says: one after another
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


def make_app(job, workers):
    """An app that computes `job` for its requests, in `workers` processes."""

    @asynccontextmanager
    async def lifespan(app):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield {"pool": pool}

    async def work(request):
        n = request.path_params["n"]
        return JSONResponse(job(n))

    async def health(request):
        return PlainTextResponse("ok")

    routes = [Route("/jobs/{n:int}", work), Route("/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)
