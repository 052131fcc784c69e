import threading

import anyio
from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI, HTTPException


class Pool:
    """So many connections, opened when they are needed."""

    def __init__(self, connect, size, timeout_s=30):
        self.connect, self.timeout_s = connect, timeout_s
        self.free, self.slots = [], threading.Semaphore(size)

    def take(self):
        """A connection. Blocks until one is free, or raises TimeoutError after 30 s."""
        if not self.slots.acquire(timeout=self.timeout_s):
            raise TimeoutError("no connection was free in time")
        return self.free.pop() if self.free else self.connect()

    def give(self, connection):
        """Give one back."""
        connection.rollback()
        self.free.append(connection)
        self.slots.release()


def make_app(database, connections):
    app = FastAPI()
    pool = Pool(database.connect_blocking, connections)
    takers = anyio.CapacityLimiter(5)

    async def connection():
        taken = await run_sync(pool.take, limiter=takers)
        try:
            yield taken
        finally:
            pool.give(taken)

    @app.get("/order/{number}")
    def order(number: str, connection=Depends(connection)):
        found = connection.get(number)
        if found is None:
            raise HTTPException(404, "there is no such order")
        return found

    return app
