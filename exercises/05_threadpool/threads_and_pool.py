"""Threads and pool

Each request takes a connection from a pool, and looks up an order. When many come at once, the app
falls silent for 30 s, and then almost all of them fail, although a look-up takes 0.1 s.

Mend `make_app(database, connections)`:

- However many requests come at once, all are served, and as fast as the connections allow.
- The database accepts no more than `connections`. The forty threads stay forty: other plain `def`s
  need them.
- A connection is given back in any case, also when the look-up fails. An order that is not there is
  a 404.

`Pool` is right as it is.
"""

import threading

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
    """An app that looks up orders, each over a connection of the pool."""
    app = FastAPI()
    pool = Pool(database.connect_blocking, connections)

    def connection():
        taken = pool.take()
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
