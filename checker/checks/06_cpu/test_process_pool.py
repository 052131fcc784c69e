"""Checks of cpu/process_pool: how long jobs take together, who is served meanwhile, who is left.

Times and answers are measured on this side. The start method, and which processes are left, are
what `active_children` says on the attempt's side: an attempt that lies about them is believed,
since neither shows in a time or in an answer.
"""

import asyncio
from contextlib import asynccontextmanager

SECOND = 10  # the job computes for n tenths of a second
SOON = 0.001


@asynccontextmanager
async def served(attempt, workers):
    """The attempt's app on a server, and a look at the processes beside it."""
    pools = attempt.bring_file("pools")
    await pools.call("mount", workers)
    async with attempt.serve("mounted", lifespan=True) as server:
        yield server, pools


async def ask(server, path):
    """The status and the text of a response."""
    async with server.connect("GET", path) as exchange:
        body = await exchange.read()
        return [await exchange.status(), body.decode()]


def answers(*numbers):
    """What the app should say to requests with these numbers."""
    return [[200, f'{{"square":{n * n}}}'] for n in numbers]


async def work(server, *numbers):
    """Send a request for each number, all at once; the answers in order."""
    return await asyncio.gather(*(ask(server, f"/jobs/{n}") for n in numbers))


async def test_in_parallel(attempt, clock, draw):
    """As many jobs as there are workers are computed at the same time, and no more."""
    workers, seconds = draw.choice([2, 3]), draw.choice([1, 2, 3])
    async with served(attempt, workers) as (server, _):
        began = clock.now
        got = await work(server, *[seconds * SECOND] * (4 * workers))
        took = clock.now - began
    assert got == answers(*[seconds * SECOND] * (4 * workers)), (
        "The answer is what `job` returned. What is sent to a process goes there by its name: a "
        "function at the top of a module arrives, a lambda or a function within one does not."
    )
    assert took == 4 * seconds, (
        f"{4 * workers} jobs of {seconds} s each, {workers} processes, four cores: they took "
        f"{took:g} s. {why(took, workers, seconds)}"
    )


def why(took, workers, seconds):
    """What such a time comes from."""
    if took == 4 * workers * seconds:
        return (
            "That is one after another. The loop computes one thing at a time, and so do threads: "
            "whoever computes needs the one GIL of the process."
        )
    if took < 4 * seconds:
        return (
            f"There was more at work than {workers} processes. One pool for all requests has a "
            "limit; a pool for each of them has none."
        )
    return "Hand each job to the pool at once, and give the pool so many processes."


async def test_loop_is_free(attempt, clock, draw):
    """GET /health is answered at once while jobs are computed."""
    numbers = draw.sample(range(10, 40), 3)
    async with served(attempt, 2) as (server, _):
        computing, asked = asyncio.create_task(work(server, *numbers)), clock.now + 0.5
        await asyncio.sleep(0.5)  # It ends late where the loop is held.
        status, said = await ask(server, "/health")
        waited = clock.now - asked
        await computing
    assert [status, "ok" in said, waited] == [200, True, 0], (
        f"Jobs were being computed, and GET /health was answered after {waited:g} s, with status "
        f"{status} and {said!r}. Something holds the loop: the job itself, `result()` of "
        "a future, or a pool whose end is waited for. `await loop.run_in_executor(pool, job, n)` "
        "holds nobody up."
    )


async def test_spawned(attempt):
    """The jobs run in processes that are spawned, not forked."""
    async with served(attempt, 2) as (server, pools):
        computing = asyncio.create_task(work(server, 20, 20, 20))
        await asyncio.sleep(1)
        kinds = await pools.call("children")
        await computing
    assert kinds, "Three jobs were being computed, and the server had no process beside it."
    assert "ForkProcess" not in kinds, (
        f"The workers are {kinds}. Forked ones are copies of the whole server, with its port and "
        "its locks as they are just then; if the server is killed, they live on and hold the port. "
        'multiprocessing.get_context("spawn") is what the pool wants as `mp_context`.'
    )


async def test_none_is_left(attempt):
    """When the app has stopped, none of its processes is left."""
    async with served(attempt, 2) as (server, pools):
        await work(server, 5, 5, 5)
    left = await pools.call("children")
    assert left == [], (
        f"The app has stopped, and of its processes {len(left)} are left. Whoever makes a pool "
        "shuts it down, and waits until that is done: `with ProcessPoolExecutor(…) as pool:` "
        "around the `yield` of the lifespan does both."
    )


async def test_starts_again(attempt, draw):
    """The app can be started again after it has stopped."""
    numbers = draw.sample(range(1, 9), 3)
    async with served(attempt, 2) as (server, _):
        first = await work(server, *numbers)
        await asyncio.sleep(SOON)
    async with attempt.serve("mounted", lifespan=True) as server:
        second = await work(server, *numbers)
    assert [first, second] == [answers(*numbers)] * 2, (
        f"The app was started, stopped and started again. In its first life it answered {first}, "
        f"in its second {second}. A pool that was shut down takes no jobs any more: make one "
        "each time that the app starts, not with the app or the module."
    )
