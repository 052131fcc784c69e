"""Checks of threadpool/def_or_async: when each of the six paths is answered, under load."""

import asyncio
from contextlib import asynccontextmanager

import pytest

ANSWERS = {
    "/version": "5.0",
    "/price": "shop/price",
    "/stock": "shop/stock",
    "/scan": "archive/scan",
    "/me?token=ada": "archive/ada",
    "/list?number=7": 7,
    "/list?number=0": 1,
    "/list": 1,
}
SHOP_S = 0.5


@asynccontextmanager
async def served(attempt, upstream, archive_s):
    """A client of the attempt's app; the archive takes so many seconds."""
    shop, archive = upstream(latency=SHOP_S, name="shop"), upstream(archive_s, name="archive")
    await attempt.bring_file("two_ways").call("mount", shop, archive)
    async with attempt.serve("mounted") as server, server.client() as client:
        yield client


async def at_once(client, path, count, due=None):
    """Seconds until so many clients, who come at once, are answered: from when they were due."""
    loop = asyncio.get_running_loop()
    began = loop.time() if due is None else due
    await asyncio.gather(*(client.get(path) for _ in range(count)))
    return round(loop.time() - began, 3)


async def test_answers(attempt, upstream):
    """Each path is answered as before."""
    async with served(attempt, upstream, 1) as client:
        replies = {path: await client.get(path) for path in ANSWERS}
    got = {path: reply.json() if reply.is_success else reply for path, reply in replies.items()}
    assert got == ANSWERS, "What is answered stays as it was; only when it is, may change."


async def test_loop_is_free(attempt, upstream, heartbeat, draw):
    """Nobody holds the loop."""
    held = {}
    async with served(attempt, upstream, draw.choice([1, 2, 3])) as client:
        for path in ANSWERS:
            async with heartbeat() as beat:
                await client.get(path)
            if beat.longest:
                held[path] = f"{beat.longest:g} s"
    assert held == {}, (
        f"These paths held the loop: {held}. An `async def` runs on the loop, also when it is a "
        "dependency; what blocks in it, blocks everybody. Await, or write a plain `def`."
    )


@pytest.mark.machine(threads=3)
async def test_awaits_the_shop(attempt, upstream):
    """What waits for the shop does so for any number of clients at once."""
    async with served(attempt, upstream, 1) as client:
        took = {path: await at_once(client, path, 5) for path in ("/price", "/stock")}
    assert took == dict.fromkeys(took, SHOP_S), (
        f"The shop answers after {SHOP_S:g} s. On a machine of 3 threads, 5 clients at once had "
        f"their answers after {took} s. A plain `def` has a thread for each call; who awaits needs "
        "none."
    )


@pytest.mark.machine(cores=1, threads=7)
async def test_threads_for_the_archive(attempt, upstream, draw):
    """The archive is asked for as many clients at once as there are threads."""
    archive_s = draw.choice([1, 2, 3])
    async with served(attempt, upstream, archive_s) as client:
        took = {path: await at_once(client, path, 7) for path in ("/scan", "/me")}
    assert took == dict.fromkeys(took, archive_s), (
        f"The archive answers after {archive_s} s. On a machine of 7 threads, 7 clients at once "
        f"had their answers after {took} s. FastAPI runs a plain `def`, handler or dependency, in "
        "one of these threads. Those of `asyncio.to_thread` are others, and on one core there are "
        "5 of them."
    )


@pytest.mark.machine(threads=4)
async def test_threads_are_taken(attempt, upstream, draw):
    """While all threads are taken, what needs none is answered as always."""
    archive_s = draw.choice([3, 4, 5])
    async with served(attempt, upstream, archive_s) as client:
        due = asyncio.get_running_loop().time() + 0.1
        scans = asyncio.create_task(at_once(client, "/scan", 4))
        await asyncio.sleep(0.1)
        paths = ["/version", "/price", "/stock", "/list"]
        took = await asyncio.gather(*(at_once(client, path, 1, due) for path in paths))
        await scans
    waited = dict(zip(paths, took, strict=True))
    late = {path: f"{seconds:g} s" for path, seconds in waited.items() if seconds > SHOP_S}
    assert late == {}, (
        f"On a machine of 4 threads, 4 clients of /scan have them for {archive_s} s, and meanwhile "
        f"these paths took: {late}. A plain `def` that does not block waits for a thread all the "
        "same; so does an `async def` handler that has a plain `def` for a dependency."
    )
