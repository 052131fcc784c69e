"""Break it

Threads run out at a number that can be told beforehand. Tell it.

- `stuck(threads, connections)`: the smallest number of requests to `orders(connections)` that
  stick: sent all at once, on a machine of so many threads, none of them is ever answered.
- `late_probe(threads)`: a list of at most 2 * threads times, from 0 to 10 s. At each of them a
  request is sent to /slow of `probed()`. A /health that comes at 10 s waits for more than 8 s.
- `first_to_wait(cores)`: the smallest number of requests to /upload of `uploads()`, all at once,
  with which a /look_up that comes a little later has to wait for one of them.
"""

import asyncio
import threading
import time

from fastapi import Depends, FastAPI


def orders(connections):
    """An app whose requests need a connection each, and a thread."""
    app, pool = FastAPI(), threading.Semaphore(connections)

    def connection():
        with pool:
            yield

    @app.get("/")
    def order(connection=Depends(connection)):
        time.sleep(0.1)

    return app


def probed():
    """An app with slow handlers, and a health that wants a thread."""
    app = FastAPI()

    @app.get("/slow")
    def slow():
        time.sleep(5)

    @app.get("/health")
    def health():
        return "alive"

    return app


def uploads():
    """An app that writes files in threads. `look_up` is what the loop does to find a host."""
    app = FastAPI()

    @app.get("/upload")
    async def upload():
        await asyncio.to_thread(time.sleep, 1)

    @app.get("/look_up")
    async def look_up():
        await asyncio.get_running_loop().run_in_executor(None, str, "localhost")

    return app


def stuck(threads, connections):
    """The smallest number of requests that stick."""
    raise NotImplementedError


def late_probe(threads):
    """The times at which /slow is asked, so that /health is late."""
    raise NotImplementedError


def first_to_wait(cores):
    """The smallest number of uploads that lets a look-up wait."""
    raise NotImplementedError
