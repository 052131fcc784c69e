"""Checks of threadpool/request_id: the ids that clients see, and those that the app sees."""

import asyncio
from contextlib import asynccontextmanager

HEADER = "x-request-id"


@asynccontextmanager
async def served(attempt, told):
    """A client of an app with the attempt's middleware round it, which writes ids down."""
    await attempt.bring_file("traffic").call("mount", told)
    async with attempt.serve("mounted", lifespan=True) as server, server.client() as client:
        yield client


def ids_of(draw, count):
    """Names of requests, and their ids."""
    return {f"r{n}": f"id-{number}" for n, number in enumerate(draw.sample(range(1000), count))}


async def visit(client, way, ids):
    """Send a request with each of the ids, all at once."""
    await asyncio.gather(
        *(client.get(f"/{way}/{name}", headers={HEADER: each}) for name, each in ids.items())
    )


def lines(ids):
    """What should be written down."""
    return sorted([name, each] for name, each in ids.items())


async def test_client(attempt, journal, draw):
    """The response has the id of its request, once, and all that the app gave."""
    ((name, own),) = ids_of(draw, 1).items()
    async with served(attempt, journal()) as client:
        reply = await client.get(f"/waits/{name}", headers={HEADER: own})
        bare = await client.get(f"/bare/{name}", headers={HEADER: own})
    found = reply.headers.get_list(HEADER)
    has_own, count = own in found, len(found)
    assert [has_own, count] == [True, 1], (
        f"The request came with the id {own!r}. The response has {count} headers x-request-id, "
        f"and this id is {'among them' if has_own else 'in none'}. A header is a pair of bytes, in "
        "the start of the response."
    )
    assert HEADER in bare.headers, (
        "The app sent a start without `headers`, as ASGI allows, and its response has no id."
    )
    assert [reply.text, reply.headers.get_list("set-cookie")] == [name, ["a=1", "b=2"]], (
        "The body, and both of the app's cookies, should reach the client."
    )


async def test_new_ids(attempt, journal):
    """Who brings no id gets a new one, each another, and the app sees the same."""
    told = journal()
    async with served(attempt, told) as client:
        replies = await asyncio.gather(*(client.get(f"/waits/r{n}") for n in range(3)))
    # New ids are random, and a message has to be the same each time.
    sent = [reply.headers.get(HEADER, "") for reply in replies]
    with_id, different = sum(map(bool, sent)), len({each for each in sent if each})
    assert [with_id, different] == [3, 3], (
        f"Of three requests without an id, {with_id} got one in the response, and {different} of "
        "these are different: each request needs its own."
    )
    app_saw_them = sorted(told.values) == lines({f"r{n}": each for n, each in enumerate(sent)})
    assert app_saw_them, "The ids that the clients were told are not those that the app saw."


async def test_app(attempt, journal, draw):
    """What the app awaits sees the id of its own request, in threads of `to_thread` too."""
    for way in ("waits", "threads"):
        told, ids = journal(), ids_of(draw, 3)
        async with served(attempt, told) as client:
            await visit(client, way, ids)
        assert sorted(told.values) == lines(ids), (
            f"Three requests were under way at once, by the way {way!r}, and saw these ids. Set "
            "`request_id` before the app is called, in the same task."
        )


async def test_in_pool(attempt, journal, heartbeat, draw):
    """A function in a pool's thread sees the id of its request, also in a thread that was used."""
    told, ids = journal(), ids_of(draw, 6)
    async with served(attempt, told) as client, heartbeat() as beat:
        await visit(client, "pools", ids)
    assert sorted(told.values) == lines(ids), (
        "Six requests shared two threads of a ThreadPoolExecutor, and saw these ids. A thread has "
        "a context of its own, in which nobody has set anything: `copy_context().run` calls a "
        "function in yours."
    )
    assert beat.longest == 0, f"The loop was held for {beat.longest:g} s."
    told = journal()
    async with served(attempt, told) as client:
        await visit(client, "fails", {"no-number": "id"})
    assert told.values == ["ValueError"], "An error in the thread is raised where it is awaited."


async def test_worker(attempt, journal, draw):
    """A job sees the id of the request that put it; jobs are done one after another."""
    told, ids = journal(), ids_of(draw, 3)
    async with served(attempt, told) as client:
        await visit(client, "bad_jobs", {"bad": "id"})
        await visit(client, "jobs", ids)
        await asyncio.sleep(5)
    done = len(told.values)
    assert done == len(ids), (
        f"A job raised an error, and after it three requests put a job each. {done} of the three "
        "were done within 5 s. Likely the error of the first job ended the worker: what a job "
        "raises has to stay with this job."
    )
    assert told.values == [[name, each] for name, each in ids.items()], (
        "Three requests put a job each, and these are the ids that the jobs saw, in order. The "
        "worker's task has the context of whoever started it, long before the first request. "
        "`put` is called in the right one: copy it there, and let the job run in it, "
        "`create_task(…, context=…)`."
    )
    times = [at for at, _ in told.entries]
    assert times == [1, 2, 3], f"Three jobs of 1 s, one after another, were done at {times}."
