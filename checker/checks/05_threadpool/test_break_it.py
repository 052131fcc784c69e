"""Checks of threadpool/break_it: the numbers are tried out on the faulty apps, on the check's side.

These apps stand in the exercise too; the copies here decide, so that an edited one changes nothing.
"""

import asyncio
import threading
import time

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI

from checker import lab


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


def told(attempt, name, *args):
    """What a function of the attempt's returns."""

    async def main():
        return await attempt.call(name, *args)

    return lab.run(main).result


def assert_number(name, value):
    """Refuse what is no number of requests."""
    assert type(value) is int, f"{name} returned {value!r}: a number of requests is an int."
    assert 1 <= value <= 100, f"{name} returned {value}: it is between 1 and 100."


def sticks(threads, connections, count):
    """Whether so many requests, all at once, are never answered."""

    async def main():
        app = orders(connections)
        async with lab.serve(app, lifespan=False) as server, server.client() as client:
            await asyncio.gather(*(client.get("/") for _ in range(count)))

    return isinstance(lab.run(main, threads=threads, catch=True).error, lab.Deadlock)


def test_stuck(attempt, draw):
    """The smallest number of requests that stick."""
    threads, connections = draw.randint(4, 6), draw.randint(2, 3)
    count = told(attempt, "stuck", threads, connections)
    assert_number("stuck", count)
    machine = f"{threads} threads and {connections} connections"
    assert sticks(threads, connections, count), (
        f"On {machine}, {count} requests at once are all served. For them to stick, every thread "
        "has to be held by one who waits for a connection, and every connection by one who waits "
        "for a thread."
    )
    assert not sticks(threads, connections, count - 1), (
        f"On {machine}, {count} requests stick, and so do {count - 1}: look for the "
        "smallest number."
    )


async def test_late_probe(attempt, draw):
    """A probe that waits for more than eight seconds."""
    threads = draw.randint(3, 5)
    times = await attempt.call("late_probe", threads)
    fits = (
        isinstance(times, list)
        and len(times) <= 2 * threads
        and all(type(at) in (int, float) and 0 <= at <= 10 for at in times)
    )
    assert fits, (
        f"late_probe returned {times!r}: give a list of at most {2 * threads} times, from 0 to 10."
    )
    current_default_thread_limiter().total_tokens = threads
    began = asyncio.get_running_loop().time()

    async def ask(client, at, path):
        await asyncio.sleep(at)
        await client.get(path)
        return asyncio.get_running_loop().time() - began - at

    async with lab.serve(probed(), lifespan=False) as server, server.client() as client:
        slow = [ask(client, at, "/slow") for at in times]
        waited = round((await asyncio.gather(*slow, ask(client, 10, "/health")))[-1], 3)
    assert waited > 8, (
        f"/slow takes 5 s, there are {threads} threads, and the probe of 10 s was answered after "
        f"{waited:g} s. When it comes, all threads should be taken anew, and as many requests "
        "should stand in line before it."
    )


def test_first_to_wait(attempt, draw):
    """The smallest number of uploads that lets a look-up wait."""
    for cores in (draw.randint(2, 5), draw.randint(36, 64)):
        count = told(attempt, "first_to_wait", cores)
        assert_number("first_to_wait", count)
        waits = [took > 0 for took in look_ups_s(cores, count)]
        assert waits == [False, True], (
            f"On {cores} cores, does a look-up wait behind {count - 1} uploads, and behind "
            f"{count}? {waits}. `asyncio.to_thread` has a pool of its own: as many threads as "
            "there are cores, and four more, but at most 32."
        )


def look_ups_s(cores, count):
    """The seconds that a look-up takes behind one upload less, and behind so many."""

    async def ask(client, path, at):
        await asyncio.sleep(at)
        await client.get(path)
        return asyncio.get_running_loop().time() - at

    async def main():
        async with lab.serve(uploads(), lifespan=False) as server, server.client() as client:
            uploading = [ask(client, "/upload", 0) for _ in range(count - 1)]
            first, last = ask(client, "/look_up", 0.25), ask(client, "/look_up", 0.75)
            asked = await asyncio.gather(*uploading, first, ask(client, "/upload", 0.5), last)
        return asked[-3], asked[-1]

    return lab.run(main, cores=cores).result
