"""Checks of cpu/broken_pool: what callers get, and when, if workers die under them.

The kinds and the number of the processes are told on the attempt's side, and believed: neither
shows in a time or in a result.
"""

import asyncio

SOON = 0.001  # a moment in which a pool hears of a death
PATIENCE_S = 60


async def crew_of(attempt, workers):
    """The attempt's crew, which the material holds."""
    crews = attempt.bring_file("crews")
    await crews.call("make", workers)
    return crews


async def squares(crews, numbers, seconds=1.0):
    """Hand a job to the crew for each number, all at once; what came, in order."""
    jobs = (crews.call("run", "square", seconds, n) for n in numbers)
    return await asyncio.gather(*jobs, return_exceptions=True)


def assert_squares(got, numbers, when):
    """Whether each caller got the square of their number."""
    errors = sorted({getattr(each, "type", type(each).__name__) for each in got if failed(each)})
    assert not errors, (
        f"{when}, and {sum(map(failed, got))} of {len(got)} callers got {', '.join(errors)}. A "
        "pool that broke is of no use any more, to nobody: take a new one, and try the job again "
        "there. It may say so when a job is submitted already."
    )
    assert got == [n * n for n in numbers], f"{when}, and the jobs returned {got}."


def failed(value):
    """Whether this is what was raised in place of a result."""
    return isinstance(value, BaseException)


async def test_computes(attempt, clock, draw):
    """As many jobs as there are workers are computed at the same time."""
    workers = draw.choice([2, 3])
    crews, numbers = await crew_of(attempt, workers), draw.sample(range(2, 99), 4 * workers)
    got = await squares(crews, numbers)
    took = clock.now
    assert_squares(got, numbers, "Nobody died")
    assert took == 4, (
        f"{len(numbers)} jobs of 1 s each, {workers} processes, four cores: they took {took:g} s."
    )


async def test_survives(attempt, clock, draw):
    """A worker is killed: all jobs are computed again, in one new pool."""
    workers, dies_at = draw.choice([2, 3]), draw.randint(2, 8) / 10
    crews, numbers = await crew_of(attempt, workers), draw.sample(range(2, 99), 4 * workers)
    jobs = asyncio.create_task(squares(crews, numbers))
    await asyncio.sleep(dies_at)
    await crews.call("kill_one")
    await asyncio.sleep(SOON)
    kinds = await crews.call("children")
    got = await jobs
    took = clock.now
    assert_squares(got, numbers, f"One of {workers} workers was killed")
    expected = dies_at + 4
    assert took == expected, (
        f"{len(numbers)} jobs of 1 s each, {workers} processes; one of these was killed at "
        f"{dies_at:g} s. All was done at {took:g} s, and {expected:g} s were due. All jobs hear of "
        "it at once: the first of them takes a new pool, of as many processes as before, and the "
        "others see that there is one already."
    )
    assert "ForkProcess" not in kinds, (
        f"The processes of the new pool are {kinds}: it has to be spawned like the first one."
    )


async def test_dies_idle(attempt, draw):
    """A worker dies when there is nothing to do: the next jobs do not notice."""
    crews, numbers = await crew_of(attempt, 2), draw.sample(range(2, 99), 3)
    for _ in range(2):
        assert_squares(await squares(crews, numbers), numbers, "Nobody had died")
        await crews.call("kill_one")
        await asyncio.sleep(SOON)
    assert_squares(await squares(crews, numbers), numbers, "An idle worker was killed, twice")


async def test_gives_up(attempt, clock, draw):
    """A job that kills its workers is tried twice, and a later job finds a sound pool."""
    crews, seconds, n = await crew_of(attempt, 2), draw.randint(2, 9) / 10, draw.randint(2, 99)
    job = asyncio.create_task(crews.call("run", "die", seconds, n))
    await asyncio.wait([job], timeout=PATIENCE_S)
    took = clock.now
    job.cancel()  # It may be tried for ever.
    await asyncio.wait([job])
    raised = "nothing" if job.cancelled() else getattr(job.exception(), "type", "nothing")
    assert [raised, took] == ["BrokenProcessPool", 2 * seconds], (
        f"A job ends its process after {seconds:g} s, each time. After {took:g} s its caller had "
        f"got {raised}. It should be tried twice, and no more, since it may be the job itself "
        "that kills whoever does it; then its caller gets BrokenProcessPool."
    )
    later = await squares(crews, [n])
    assert_squares(later, [n], "A job had killed its workers and was given up")


async def test_errors(attempt, clock, draw):
    """What a job raises reaches its caller, and the job is not tried again."""
    crews, n = await crew_of(attempt, 2), draw.randint(2, 99)
    with attempt.raises("ValueError", f"job {n} has a bug", hint="Catch what you can mend."):
        await crews.call("run", "fail", 1.0, n)
    took = clock.now
    assert took == 1, (
        f"The job raises a ValueError after 1 s, and its caller heard of it after {took:g} s. A "
        "bug is there again at the next try; only a pool that broke is a reason for one."
    )


async def test_close(attempt, clock, heartbeat, draw):
    """`close` waits for the jobs under way, holds nobody up, and leaves no process."""
    crews, numbers = await crew_of(attempt, 2), draw.sample(range(2, 99), 4)
    await squares(crews, numbers[:2])
    jobs = asyncio.create_task(squares(crews, numbers, 1.5))
    await asyncio.sleep(0.5)
    async with heartbeat() as beat:
        await crews.call("close")
    closed_at, left = clock.now, len(await crews.call("children"))
    got = await jobs
    assert [closed_at, left] == [4, 0], (
        f"The jobs were to be done at 4 s. `close` returned at {closed_at:g} s, and {left} of its "
        "processes were left then. `shutdown` waits for all jobs, and for the processes."
    )
    assert_squares(got, numbers, "The crew was closed while they were under way")
    assert beat.longest == 0, (
        f"`close` held the loop for {beat.longest:g} s. `shutdown` is a sync function that waits: "
        "call it in a thread."
    )
