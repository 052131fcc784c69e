"""Checks of threadpool/size_it: how many threads of both kinds the app has, from start to stop."""

import asyncio
from contextlib import asynccontextmanager

import pytest


@asynccontextmanager
async def served(attempt, upstream, legacy, threads):
    """A client of the attempt's app, and the settings that it asks."""
    settings = upstream(0.3, reply=threads, name="settings")
    await attempt.bring_file("mount").call("mount", settings, legacy)
    async with attempt.serve("mounted", lifespan=True) as server, server.client() as client:
        yield client, settings


async def at_once(client, path, count):
    """Seconds until so many have the answer of the legacy library."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    replies = await asyncio.gather(*(client.get(path) for _ in range(count)))
    got = sorted({f"{each.status_code} {each.text}" for each in replies})
    assert got == [f'200 "legacy{path}"'], f"GET {path} was answered {got}."
    return round(loop.time() - began, 3)


@pytest.mark.machine(threads=4)
async def test_plain_handlers(attempt, upstream, draw):
    """So many plain handlers at once as the settings say, more than there were or fewer."""
    for threads in (draw.randint(5, 7), draw.randint(2, 3)):
        legacy = upstream(1, name="legacy")
        async with served(attempt, upstream, legacy, threads) as (client, _):
            took = await at_once(client, "/plain", threads + 1)
        assert [legacy.peak, took] == [threads, 2], (
            f"The machine begins with 4 threads, and the settings say {threads}. Of "
            f"{threads + 1} requests of 1 s, {legacy.peak} ran at once, and all took {took:g} s. "
            f"{threads} should run at once, and the last one after them. Plain handlers share "
            "anyio's limiter: its `total_tokens` can be set."
        )


@pytest.mark.machine(cores=1)
async def test_to_thread(attempt, upstream, draw):
    """So many calls of `asyncio.to_thread` at once."""
    legacy, threads = upstream(1, name="legacy"), draw.randint(6, 8)
    async with served(attempt, upstream, legacy, threads) as (client, _):
        took = await at_once(client, "/other", threads + 1)
    assert [legacy.peak, took] == [threads, 2], (
        f"The settings say {threads}, on one core. Of {threads + 1} requests of 1 s, {legacy.peak} "
        f"ran at once, and all took {took:g} s. {threads} should run at once, and the last one "
        "after them. `asyncio.to_thread` uses the loop's default executor, which anyio's limiter "
        "says nothing about."
    )


async def test_when_it_starts(attempt, upstream, clock):
    """The settings are asked once, before the first request is served."""
    legacy = upstream(1, name="legacy")
    async with served(attempt, upstream, legacy, 50) as (client, settings):
        started = clock.now
        await at_once(client, "/plain", 3)
        await at_once(client, "/other", 3)
        asked = [call.key for call in settings.log]
    assert [asked, started] == [["threads"], 0.3], (
        f"The settings answer after 0.3 s; the app said that it had started at {started:g} s, and "
        f"asked {asked} until the end. What has to be there before the first request belongs in "
        "front of the lifespan's `yield`."
    )


@pytest.mark.machine(threads=4)
async def test_when_it_stops(attempt, upstream, clock, draw):
    """After it has stopped, plain handlers have as many threads as before, on any machine."""
    for threads in (draw.randint(2, 3), draw.randint(6, 8)):
        async with served(attempt, upstream, upstream(1, name="legacy"), threads):
            pass
    began = clock.now
    await attempt.bring_file("naps").call("nap", 5)
    took = round(clock.now - began, 3)
    assert took == 2, (
        "Before the app there were 4 threads. After it has stopped, 5 jobs of 1 s took "
        f"{took:g} s. The limiter is the loop's, not the app's: remember what it had, and put it "
        "back behind the `yield`."
    )
