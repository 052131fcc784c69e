from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


def make_app(job, workers):
    @asynccontextmanager
    async def lifespan(app):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield {"pool": pool}

    def work(request):
        return JSONResponse(request.state.pool.submit(job, request.path_params["n"]).result())

    async def health(request):
        return PlainTextResponse("ok")

    return Starlette(
        routes=[Route("/jobs/{n:int}", work), Route("/health", health)], lifespan=lifespan
    )
