"""Checks of threadpool/health_survives: what is answered, and when, while all threads are taken."""

import asyncio
from contextlib import asynccontextmanager

import pytest

KEYS = ["k1", "k2", "k3"]


@asynccontextmanager
async def served(attempt, upstream, latency):
    """A client of the attempt's app."""
    await attempt.bring_file("mount").call("mount", upstream(latency, name="legacy"), KEYS)
    async with attempt.serve("mounted") as server, server.client() as client:
        yield client


async def timed(client, path, due=None):
    """The status of a reply, its content, and the seconds from when it was due."""
    loop = asyncio.get_running_loop()
    began = loop.time() if due is None else due
    reply = await client.get(path)
    try:
        content = reply.json()
    except ValueError:
        content = reply.text
    return reply.status_code, content, round(loop.time() - began, 3)


@asynccontextmanager
async def many_at_work(client, count):
    """So many clients, who came one after another, are at work while the block runs.

    The block should begin at the time that it is given, even if the loop is held by then.
    """

    async def work(number):
        await asyncio.sleep(number / 1000)
        await client.get(f"/work?key={KEYS[number % 3]}")

    due = asyncio.get_running_loop().time() + 0.1
    working = [asyncio.create_task(work(number)) for number in range(count)]
    await asyncio.sleep(0.1)
    yield due
    await asyncio.gather(*working)


@pytest.mark.machine(threads=4)
async def test_health(attempt, upstream, draw):
    """Health needs no key, and is answered at once while all threads are taken."""
    async with served(attempt, upstream, draw.randint(5, 9)) as client:
        status, content, _ = await timed(client, "/health")
        assert [status, content] == [200, "alive"], (
            f"GET /health of an idle app was answered {status}, {content!r}. It needs no key."
        )
        async with many_at_work(client, draw.randint(5, 8)) as due:
            status, content, took = await timed(client, "/health", due)
    assert [status, content, took] == [200, "alive", 0], (
        f"While all threads were taken, /health was answered {status} after {took:g} s. What "
        "stands in front of a handler, and is a plain `def`, waits for a thread, whatever the "
        "handler is: look at the dependencies of the app, too."
    )


@pytest.mark.machine(threads=4)
async def test_ready(attempt, upstream, draw):
    """Readiness says how many threads are taken, and how many wait, on any machine."""
    few, more = draw.randint(2, 3), draw.randint(6, 8)
    async with served(attempt, upstream, 1) as client:
        said = [await timed(client, "/ready")]
        for count in (few, 4, more):
            async with many_at_work(client, count) as due:
                said.append(await timed(client, "/ready", due))
        said.append(await timed(client, "/ready"))
    counts = [(0, 0), (few, 0), (4, 0), (4, more - 4), (0, 0)]
    wanted = [
        (503 if busy == 4 else 200, {"busy": busy, "waiting": waiting}, 0)
        for busy, waiting in counts
    ]
    assert said == wanted, (
        f"4 threads, and 0, {few}, 4, {more} and again 0 clients at work: status, content and "
        "seconds of /ready were others than expected. The limiter's `statistics()` know, and need "
        "no thread; full is when none is left, not when somebody waits."
    )


@pytest.mark.machine(threads=4)
async def test_keys(attempt, upstream, draw):
    """Without a known key there is no work, and that is said at once."""
    async with served(attempt, upstream, draw.randint(5, 9)) as client:
        status, content, _ = await timed(client, f"/work?key={draw.choice(KEYS)}")
        assert [status, content] == [200, "legacy/work"], (
            f"A client with a key was answered {status}, {content!r}."
        )
        async with many_at_work(client, 6) as due:
            paths = "/work", "/work?key=none"
            replies = await asyncio.gather(*(timed(client, path, due) for path in paths))
        refused = [(status, took) for status, _, took in replies]
    assert refused == [(401, 0), (401, 0)], (
        "While all threads were taken, two clients without a known key came. The statuses that "
        f"they got, and after how many seconds: {refused}. To look into a list takes no thread."
    )


@pytest.mark.machine(threads=4)
async def test_work(attempt, upstream, draw):
    """Known clients are served as before, one for each thread, and the next ones wait."""
    legacy_s = draw.randint(2, 5)
    async with served(attempt, upstream, legacy_s) as client:
        said = []
        for count in (3, 4):
            async with many_at_work(client, count) as due:
                said.append((await timed(client, "/work?key=k1", due))[::2])
    assert said == [(200, legacy_s), (200, round(2 * legacy_s - 0.1, 3))], (
        "There are 4 threads. A client comes when 3 others have been at work for 0.1 s, of "
        f"{legacy_s} s, and another one when 4 have. Status and seconds: {said}. The first has the "
        "last thread, the second waits for one."
    )
