"""Checks of cancellation/graceful_stop: what becomes of the jobs when a process has to end."""

import asyncio
import math

PATIENCE_S = 100
LATER_S = 30


async def queue_of(queue, bodies):
    """A queue with these jobs, which does not miss one by itself."""
    jobs = queue(visibility=math.inf)
    for body in bodies:
        await jobs.put(body)
    return jobs


async def stopped(attempt, jobs, service, stop, workers, grace):
    """What `work` returned, or None if it goes on for long."""
    call = asyncio.create_task(attempt.call("work", jobs, service, stop, workers, grace))
    done, _ = await asyncio.wait([call], timeout=PATIENCE_S)
    return call.result() if done else None


async def test_finishes(attempt, queue, upstream, clock, draw):
    """Jobs that can be done in the grace are done, and idle workers do not wait."""
    busy = draw.randint(2, 4)
    jobs = await queue_of(queue, range(busy))
    service, stop = upstream(latency=2.0, name="service"), upstream(latency=0.5, name="stop")
    result, ended = await stopped(attempt, jobs, service, stop, busy + 2, 10), clock.now
    assert service.peak == busy, (
        f"There were {busy} jobs and {busy + 2} workers, and at most {service.peak} jobs under way "
        "at the same time."
    )
    bodies = sorted(call.key for call in service.log)
    assert bodies == list(range(busy)), f"The jobs were 0 to {busy - 1}, and it did {bodies}."
    assert jobs.acked == busy, (
        f"{busy} jobs were under way at the stop, with 1.5 s to go and 10 s of grace. "
        f"{jobs.acked} were done: what is under way may go on."
    )
    assert [result, ended] == [[busy, 0], 2.0], (
        f"{busy} jobs were done by 2 s, after the stop at 0.5 s. `work` returned {result} at "
        f"{ended:g} s: it ends when the last of them is done. A worker who waits for a job gives "
        "that up at the stop."
    )


async def test_takes_no_more(attempt, queue, upstream, draw):
    """From the stop on, no job is taken."""
    workers = draw.randint(2, 3)
    jobs = await queue_of(queue, range(9))
    service, stop = upstream(latency=1.0, name="service"), upstream(latency=1.5, name="stop")
    result = await stopped(attempt, jobs, service, stop, workers, 20)
    taken, rest = jobs.delivered, jobs.length
    assert taken == 2 * workers, (
        f"With {workers} workers and 1 s for each job, {2 * workers} had been taken at the stop, "
        f"at 1.5 s; in the end it was {taken}. To take one after the stop is to begin what may "
        "have no end."
    )
    assert [result, rest] == [[2 * workers, 0], 9 - 2 * workers], (
        f"{2 * workers} jobs could be done; `work` returned {result}, and {rest} jobs are left."
    )


async def test_returns_early(attempt, queue, upstream, clock, draw):
    """It returns as soon as the last job is done, at once where there is none."""
    tenths = sorted(draw.sample(range(11, 40), 2))
    jobs = await queue_of(queue, range(2))
    service = upstream(latency=[tenth / 10 for tenth in tenths], name="service")
    stop = upstream(latency=1.0, name="stop")
    await stopped(attempt, jobs, service, stop, 2, 60)
    last = round(clock.now, 3)
    await stopped(attempt, await queue_of(queue, []), service, stop, 2, 60)
    none = round(clock.now - last, 3)
    assert [last, none] == [tenths[1] / 10, 1.0], (
        f"The last job could be done at {tenths[1] / 10:g} s, and `work` returned at {last:g} s. "
        f"Another had no jobs at all, and returned after {none:g} s, with its stop at 1 s. It is "
        "to return when the last of them is done; the grace is a limit, and no duration. And who "
        "waits for a job gives that up."
    )


async def test_given_back(attempt, queue, upstream, clock, draw):
    """What is not done in the grace is cancelled, and given back at that moment."""
    grace = draw.randint(1, 4)
    jobs = await queue_of(queue, range(3))
    service, stop = upstream(latency=[1.2, 50, 50], name="service"), upstream(latency=1.0)
    result = await stopped(attempt, jobs, service, stop, 3, grace)
    ended, ready, taken = round(clock.now, 3), jobs.length, jobs.taken
    acked = jobs.acked
    await asyncio.sleep(LATER_S)
    assert ended == 1 + grace, (
        f"The stop was at 1 s, with {grace} s of grace, and two jobs that need 50 s. `work` ended "
        f"at {ended:g} s. When the grace is over, cancel what goes on."
    )
    assert acked == 1, f"One job could be done, and {acked} were acknowledged as done."
    assert [ready, taken] == [2, 0], (
        f"Two jobs were cut off. When `work` returned, {ready} of them were in the queue again, "
        f"and {taken} in the hands of nobody. Nobody gave it back, such a job, or `work` ended "
        "before its workers have: a worker that is cancelled gives back what it holds, "
        "and that takes a moment."
    )
    assert [result, service.cancelled] == [[1, 2], 2], (
        f"One job was done, and two given back; `work` returned {result}, and "
        f"{service.cancelled} calls to the service were cancelled."
    )


async def test_caller_gives_up(attempt, queue, upstream, draw):
    """If its caller cancels `work`, jobs under way are given back, and nothing goes on."""
    left = {}
    for moment in (0.5, draw.randint(11, 19) / 10, draw.randint(21, 29) / 10):
        jobs = await queue_of(queue, range(3))
        service = upstream(latency=[1.0, 50, 50], name=f"service-{moment}")
        stop = upstream(latency=2.0, name=f"stop-{moment}")
        call = asyncio.create_task(attempt.call("work", jobs, service, stop, 3, 10))
        await asyncio.sleep(moment)
        call.cancel()
        await asyncio.wait([call])
        state = [jobs.length, jobs.taken, jobs.acked]
        going_on = [str(each.log[-1]) for each in (stop, service) if each.in_flight]
        await asyncio.sleep(LATER_S)
        done = int(moment > 1)
        if state != [3 - done, 0, done] or not call.cancelled() or jobs.acked != done:
            left[moment] = f"{state[0]} in the queue, {state[1]} with nobody, {jobs.acked} done"
        elif going_on:
            left[moment] = f"behind its end there was still {going_on[0]}"
    assert left == {}, (
        "Three jobs were under way, and one of them was done at 1 s. The stop was at 2 s. When its "
        "caller cancels `work` at these moments, what was under way is to be in the queue again, "
        "and nothing counted as done that is not: cancel your workers in a `finally`, and wait "
        "for them."
    )
