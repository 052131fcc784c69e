# fails: in_parallel, loop_is_free, spawned | says: or a pool whose end is waited for
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


def make_app(job, workers):
    """An app that computes `job` for its requests, in `workers` processes."""

    async def work(request):
        n = request.path_params["n"]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return JSONResponse(pool.submit(job, n).result())

    async def health(request):
        return PlainTextResponse("ok")

    routes = [Route("/jobs/{n:int}", work), Route("/health", health)]
    return Starlette(routes=routes)
