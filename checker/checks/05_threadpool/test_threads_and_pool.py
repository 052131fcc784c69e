"""Checks of threadpool/threads_and_pool: what clients get, and when, who come all at once."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import pytest

LOOK_UP_S, CONNECT_S = 0.1, 0.05
PATIENCE_S = 10


@asynccontextmanager
async def served(attempt, database, connections, **options):
    """A client of the attempt's app, and the database with its orders."""
    rows = {str(number): f"order {number}" for number in range(200)}
    store = database(connections, LOOK_UP_S, connect=CONNECT_S, rows=rows, name="store", **options)
    await attempt.bring_file("mount").call("mount", store, connections)
    async with attempt.serve("mounted") as server, server.client() as client:
        yield client, store


async def at_once(client, count, first=0):
    """So many clients at once, who wait for 10 s: how many got which status, and after how long."""
    loop, got = asyncio.get_running_loop(), Counter()
    began = loop.time()

    async def ask(number):
        reply = await client.get(f"/order/{number}")
        got[reply.status_code] += 1

    asking = [asyncio.create_task(ask(first + n)) for n in range(count)]
    _, silent = await asyncio.wait(asking, timeout=PATIENCE_S)
    took = round(loop.time() - began, 3)
    answered = dict(got)
    await asyncio.gather(*asking)  # The pool gives up after 30 s, and leaves nothing behind.
    return answered | ({"no answer": len(silent)} if silent else {}), took


async def test_serves(attempt, database, draw):
    """An order is found, and one that is not there is a 404."""
    number = draw.randint(0, 199)
    async with served(attempt, database, 15) as (client, _):
        found, missing = [await client.get(f"/order/{n}") for n in (number, 1000)]
    assert [found.status_code, found.json()] == [200, f"order {number}"]
    assert missing.status_code == 404, f"An order that is not there was a {missing.status_code}."


@pytest.mark.machine(threads=8)
async def test_many_at_once(attempt, database, draw):
    """More at once than there are threads and connections: all are served without delay."""
    count = draw.randint(13, 16)
    async with served(attempt, database, 4) as (client, store):
        got, took = await at_once(client, count)
    assert got == {200: count}, (
        f"8 threads, 4 connections, {count} requests at once; their statuses, and how many of "
        f"each: {got}, after {took:g} s. {store.connections.refused} connections were refused. Who "
        "holds a connection and has no thread waits for those who hold a thread and have no "
        "connection, and they for him. Take both in one visit: whoever has the thread takes the "
        "connection, uses it, and gives it back. More connections than the database accepts are "
        "no way out."
    )
    assert took == 0.45, (
        f"{count} look-ups of {LOOK_UP_S:g} s over 4 connections should take 0.45 s, with the "
        f"{CONNECT_S:g} s in which these are opened, and took {took:g} s."
    )


@pytest.mark.machine(threads=4)
async def test_any_sizes(attempt, database, draw):
    """The same on a machine of 4 threads, whatever the size of the pool."""
    for connections, rounds in ((2, draw.randint(3, 4)), (4, 2)):
        count = connections * rounds
        async with served(attempt, database, connections) as (client, _):
            got, took = await at_once(client, count)
        assert [got, took] == [{200: count}, round(CONNECT_S + rounds * LOOK_UP_S, 3)], (
            f"With 4 threads and {connections} connections, {count} requests at once were answered "
            f"{got} in {took:g} s. As many threads as connections do not help: they deadlock at "
            f"{2 * connections}. What one request needs, it should take in one visit to a thread."
        )


@pytest.mark.machine(threads=5)
async def test_threads_as_before(attempt, database, clock):
    """There are as many threads as before."""
    naps, took = attempt.bring_file("naps"), []
    async with served(attempt, database, 15) as (client, _):
        await at_once(client, 3)
        for count in (5, 6):
            began = clock.now
            await naps.call("nap", count)
            took.append(round(clock.now - began, 3))
    assert took == [1, 2], (
        f"There were 5 threads. 5 other jobs of 1 s, and 6 of them, took {took} s in them: "
        "their number was changed. With fewer the deadlock only comes sooner, and with more it "
        "comes later; all else that uses them pays for it."
    )


async def test_given_back(attempt, database, draw):
    """A connection is given back when the look-up fails."""
    connections, first = draw.randint(2, 3), draw.randint(100, 150)

    def fails(query):
        return query.text == "get" and int(query.args[0]) >= first

    async with served(attempt, database, connections, fail=fails) as (client, _):
        failed, _ = await at_once(client, connections, first)
        then, took = await at_once(client, connections)
    assert failed == {500: connections}, f"Look-ups that failed were answered {failed}."
    assert [then, took] == [{200: connections}, LOOK_UP_S], (
        f"After {connections} look-ups had failed, over as many connections, {connections} more "
        f"came. Their statuses, and how many of each: {then}, after {took:g} s; all should have "
        f"been answered with 200 after {LOOK_UP_S:g} s. If some got no answer, a connection likely "
        "was not given back after its look-up had failed: `finally` gives it back in any case. If "
        "it took longer, likely fewer connections were in use at the same time than there are."
    )
