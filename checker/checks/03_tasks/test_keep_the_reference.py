"""Checks of tasks/keep_the_reference: work is held, bounded, heard of and waited for."""

import asyncio

SOON = 0.001  # a moment in which whoever was cancelled comes to its cleanup


def keys(draw, count):
    """So many names for pieces of work, none twice."""
    return [f"job-{n}" for n in draw.sample(range(100, 1000), count)]


async def test_held(attempt, journal, draw):
    """Work is held until it is done: the garbage collector takes none of it away."""
    numbers, done = draw.sample(range(100), 10), journal()
    await attempt.bring_file("work").call("collected", numbers, done)
    assert done.values == numbers, (
        "Ten pieces of work each waited for a reply. The garbage collector came by after a "
        f"second, then the replies came, and {len(done.values)} of the ten were done. The loop "
        "does not hold a task that waits. If nobody else does, it is garbage, with all that it "
        "would have done: keep a reference until it is done."
    )


async def test_begins_at_once(attempt, upstream, journal, draw):
    """Work begins when it is handed over, and all of it goes on at the same time."""
    names, done = keys(draw, 5), journal()
    mail = upstream(latency=0.5, name="mail")
    await attempt.bring_file("work").call("bounded", mail, 5, names, 1, done)
    began = [call.started for call in mail.log]
    assert began == [0] * 5 + [1] * 5, (
        f"Five pieces of work came at 0 s, and five at 1 s, with room for five. They began at "
        f"{began}. Each of them is a task of its own, and nobody waits for it."
    )
    assert done.values == names * 2, "All of them were to be done, after half a second."


async def test_bounded(attempt, upstream, journal, draw):
    """Beyond the limit work is refused and closed; a place that becomes free is given again."""
    limit, more = draw.randint(3, 6), draw.randint(1, 4)
    names, done = keys(draw, limit + more), journal()
    mail = upstream(latency=0.5, name="mail")
    told = await attempt.bring_file("work").call("bounded", mail, limit, names, 1, done)
    yes, no = [True] * limit + [False] * more, [False] * limit + [True] * more
    taken, closed, taken_again, _ = told
    assert mail.peak == limit, (
        f"With a limit of {limit}, {mail.peak} pieces of work were under way at once. A mail "
        "server that is slow for a minute would fill the memory."
    )
    assert taken == yes, (
        f"{limit + more} pieces came, with a limit of {limit}: `start` says True to the first "
        f"{limit} and False to the others, and it waits for nobody."
    )
    assert closed == no, (
        "What is refused is never awaited: close it, or Python warns of a coroutine that was never "
        "awaited. What is taken is not to be closed."
    )
    assert taken_again == yes, (
        "A second later all work was done, and there was room again. Whatever holds the tasks has "
        "to let go of those that are done."
    )


async def test_errors_reported(attempt, upstream, journal, draw):
    """Each error is reported, once; the other work goes on, and a cancellation is no error."""
    names, errors, done = keys(draw, 6), journal(), journal()
    bad = sorted(draw.sample(range(6), 3))
    mail = upstream(latency=0.5, fail=[n + 1 for n in bad], name="mail")
    await attempt.bring_file("work").call("failing", mail, names, errors, done)
    good = [name for n, name in enumerate(names) if n not in bad]
    assert done.values == good, (
        f"Three of six failed, which is no matter of the others: {good} should have been done."
    )
    heard = [name for n in bad for error in errors.values if (name := names[n]) in error]
    failed = [names[n] for n in bad]
    assert heard == failed, (
        f"The work of {failed} raised, and `report` heard of {heard}. Nobody awaits such a task, "
        "so nobody sees its error: look at it when the task is done, and report it once."
    )
    others = len(errors.values) - len(heard)
    assert others == 0, (
        f"`report` was told of {errors.values}. A task that was cancelled has not failed; ask "
        "`task.cancelled()` first, since `task.exception()` raises for such a task."
    )


async def test_drained(attempt, upstream, clock, journal, draw):
    """Drain waits for what is under way, to its end, and takes no more."""
    names, done = keys(draw, 4), journal()
    slowest = draw.randint(6, 9)
    latency = [slowest / 10, 0.2, 0.4, 0.3]
    mail = upstream(latency=latency, name="mail")
    told = await attempt.bring_file("work").call("drained", mail, names, 5, done)
    took = clock.now
    assert True not in told, (
        "Work came while the drain went on, and after it, and was taken. Both are too late: from "
        "the beginning of a drain `start` refuses all."
    )
    assert sorted(done.values) == sorted(names), (
        f"Four pieces of work were under way, of which the slowest takes {slowest / 10} s, and 5 s "
        f"were allowed. When the drain returned, {len(done.values)} of them were done. What is "
        "not waited for is lost when the process ends."
    )
    assert took == slowest / 10, (
        f"All was done at {slowest / 10} s, and the drain returned at {took:g} s: the seconds are "
        "what it may take at most."
    )


async def test_drained_late(attempt, upstream, clock, journal, draw):
    """What takes longer than allowed is cancelled, and waited for while it cleans up."""
    names, done, errors = keys(draw, 3), journal(), journal()
    allowed = draw.randint(2, 8) / 10
    mail = upstream(latency=[0.1, 60, 60], name="mail")
    work = attempt.bring_file("work")
    await work.call("drained_with_nothing_to_do")
    assert clock.now == 0, "With nothing under way there is nothing to wait for."
    cleanups = dict(zip(names, (0.03, 0.03, 0.06), strict=True))
    await work.call("drained_late", mail, cleanups, allowed, done, errors)
    took, (quick, slow, slower), values = clock.now, names, done.values
    await asyncio.sleep(SOON)
    assert mail.cancelled == 2, (
        f"Two pieces of work take 60 s, and {allowed:g} s were allowed. They have to be cancelled "
        "then, or nobody ever gets to restart the service."
    )
    cleaned = [f"{name} cleaned up" for name in (quick, slow, slower)]
    assert values == [quick, *cleaned, "drained"], (
        "Work that is cancelled cleans up first: here two pieces do, for 0.03 s and for 0.06 s. "
        f"When the drain returned, the log said: {', '.join(map(str, values))}. `cancel` only asks "
        "a task to end: cancel each of them once, and wait until all have ended. A second cancel "
        "would cut a cleanup off."
    )
    assert took == round(allowed + 0.06, 9), (
        f"The drain had {allowed:g} s, and the cleanups took 0.06 s; it returned at {took:g} s."
    )
    assert errors.values == [], "Work that was cancelled has not failed, so there is no report."
