# fails: serves | says: was a 200
import threading
from contextlib import contextmanager

from fastapi import FastAPI


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

    @app.get("/order/{number}")
    def order(number: str):
        with connection() as taken:
            return taken.get(number)

    return app
