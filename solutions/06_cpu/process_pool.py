"""Process pool

`make_app(job, workers)` returns an app: GET /jobs/3 is answered with what `job(3)` returns, as
JSON. The job computes for seconds, on the loop, and nobody else is served meanwhile. Mend it, so
that jobs run in a ProcessPoolExecutor:

- The pool belongs to the lifespan. It is made when the app starts, and when the app has stopped,
  none of its processes is left. After that the app can be started again.
- It has `workers` processes, for all requests together. They are spawned: a forked process holds
  whatever the server holds, its port too.
- Nothing holds the loop: GET /health is answered at once, whatever is being computed.

`job` stands at the top of a module, so that it can be sent to a process.
"""

import asyncio
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
        loop, n = asyncio.get_running_loop(), request.path_params["n"]
        return JSONResponse(await loop.run_in_executor(request.state.pool, job, n))

    async def health(request):
        return PlainTextResponse("ok")

    routes = [Route("/jobs/{n:int}", work), Route("/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)
