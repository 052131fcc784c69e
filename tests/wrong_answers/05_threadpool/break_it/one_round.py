# fails: late_probe | says: as many requests should stand in line
import asyncio
import threading
import time

from fastapi import Depends, FastAPI


def orders(connections):
    app, pool = FastAPI(), threading.Semaphore(connections)

    def connection():
        with pool:
            yield

    @app.get("/")
    def order(connection=Depends(connection)):
        time.sleep(0.1)

    return app


def probed():
    app = FastAPI()

    @app.get("/slow")
    def slow():
        time.sleep(5)

    @app.get("/health")
    def health():
        return "alive"

    return app


def uploads():
    app = FastAPI()

    @app.get("/upload")
    async def upload():
        await asyncio.to_thread(time.sleep, 1)

    @app.get("/look_up")
    async def look_up():
        await asyncio.get_running_loop().run_in_executor(None, str, "localhost")

    return app


def stuck(threads, connections):
    return threads + connections


def late_probe(threads):
    return [9] * threads


def first_to_wait(cores):
    return min(32, cores + 4)
