# fails: many_at_once, any_sizes, given_back | says: should take 0.45 s
import threading
from contextlib import contextmanager

from fastapi import FastAPI, HTTPException


class Pool:
    def __init__(self, connect, size, timeout_s=30):
        self.connect, self.timeout_s = connect, timeout_s
        self.free, self.slots = [], threading.Semaphore(size)

    def take(self):
        if not self.slots.acquire(timeout=self.timeout_s):
            raise TimeoutError("no connection was free in time")
        return self.free.pop() if self.free else self.connect()

    def give(self, connection):
        connection.rollback()
        self.free.append(connection)
        self.slots.release()


def make_app(database, connections):
    app = FastAPI()
    pool = Pool(database.connect_blocking, connections)

    @contextmanager
    def connection():
        taken = pool.take()
        try:
            yield taken
        finally:
            pool.give(taken)

    turn = threading.Lock()

    @app.get("/order/{number}")
    def order(number: str):
        with turn, connection() as taken:
            found = taken.get(number)
        if found is None:
            raise HTTPException(404, "there is no such order")
        return found

    return app
