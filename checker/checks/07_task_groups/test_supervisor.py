"""Checks of task_groups/supervisor: pauses to the digit, and an end that is one."""

import asyncio

from checker import lab

SCHEDULES, RUNS = 200, 4  # of latencies, in which feeds break and are stopped in many orders
PATIENCE_S = 200  # with a supervisor that does not end
BREAKS = range(1, 15)  # these calls of a feed, more than there is time for; the next one returns
LATER_S = 9  # by then, what was left running has shown itself


ALL_AT_ONCE = (
    "Calls and pauses can be cancelled, both of them: what only looks at a flag, or catches more "
    "than Exception, goes on"
)


async def supervised(attempt, feeds, stop, first, longest):
    """What `supervise` returned, or None if it goes on long after the stop."""
    call = asyncio.create_task(attempt.call("supervise", feeds, stop, first, longest))
    done, _ = await asyncio.wait([call], timeout=PATIENCE_S)
    return call.result() if done else None


def pauses_of(feed):
    """How long it was between the end of each call and the next one."""
    pairs = zip(feed.log, feed.log[1:], strict=False)
    return [round(after.started - before.ended, 6) for before, after in pairs]


async def test_pauses_double(attempt, upstream, draw):
    """The pauses double, up to the longest."""
    first = draw.choice([0.5, 1.0, 1.5])
    feed = upstream(latency=[0.1, 0.3, 0.2], fail=True, name="feed")
    stop = upstream(latency=30 * first, name="stop")
    await supervised(attempt, [feed], stop, first, 5 * first)
    pauses, expected = pauses_of(feed)[:5], [n * first for n in (1, 2, 4, 5, 5)]
    assert pauses == expected, (
        f"A feed breaks each time, a moment after it was called. Between its end and the next "
        f"call there were to be {expected} s, and there were {pauses}: " + because(pauses, first)
    )


def because(pauses, first):
    """What such pauses come from."""
    if len(pauses) < 3:
        return "it has to be called again each time that it breaks."
    if len(set(pauses)) == 1:
        return "a feed that breaks at once is then called as often as that, for ever."
    if max(pauses) > 5 * first:
        return f"a pause has an upper limit, {5 * first:g} s here."
    return "begin with `first`, measure from the moment at which it broke, and double after that."


async def test_afresh_after_a_long_life(attempt, upstream, draw):
    """After a feed has lived for long, its pauses begin with the first again."""
    # Sums of these are exact as floats, so that as long as `longest` is as long as that.
    first = draw.choice([0.5, 1.0, 1.5])
    lives = [0.25, 0.25, 0.25, 4 * first, 0.25]
    feed = upstream(latency=lives, fail=True, name="feed")
    await supervised(attempt, [feed], upstream(latency=26 * first, name="stop"), first, 4 * first)
    pauses = pauses_of(feed)[3:4]
    assert pauses == [first], (
        f"The feed broke three times, then it lived for {lives[3]:g} s, as "
        "long as `longest`, and broke again. The pause "
        f"behind that was to be {first:g} s, and was {pauses[0] if pauses else 'none'}: what broke "
        "an hour ago is no reason to wait for long now."
    )


async def test_feeds_apart(attempt, upstream, draw):
    """A feed that breaks disturbs no other, and one that returned is left alone."""
    steady = upstream(latency=20, name="steady")
    finite = upstream(latency=draw.randint(2, 9) / 10, name="finite")
    broken = upstream(latency=0.3, fail=BREAKS, name="broken")
    stop = upstream(latency=draw.randint(21, 29) / 2, name="stop")
    feeds = draw.sample([steady, finite, broken], 3)
    calls = await supervised(attempt, feeds, stop, 1.0, 2.0)
    assert steady.calls == 1, (
        f"One feed kept breaking, and the feed that was well was called {steady.calls} times: an "
        "error that leaves a task ends all of its group. Catch it in the task of that feed, and "
        "start that one alone again."
    )
    assert finite.calls == 1, (
        f"A feed that returned was called {finite.calls} times. It has no more to send; only one "
        "that broke is to be called again."
    )
    expected = [feed.calls for feed in feeds]
    assert calls == expected, (
        f"The feeds were called {expected} times, and supervise returned {calls}."
    )


def drawn(upstream, name):
    """Feeds that break and a stop, whose times hang on the schedule; often they coincide."""
    lives = lab.choice([0.0, 0.5, 1.0, 7.0], [2, 4, 3, 1])
    feeds = [upstream(latency=lives, fail=BREAKS, name=f"{name}-feed{n}") for n in range(2)]
    return feeds, upstream(latency=lab.choice([0.5, 1.5, 3.0, 5.5]), name=f"{name}-stop")


def under_schedules(one):
    """Run `one(name)` under many schedules, several of them in each run; the first fault."""
    faults = []

    async def main():
        if not faults:
            found = await asyncio.gather(*(one(f"s{n}") for n in range(SCHEDULES // RUNS)))
            faults.extend(each for each in found if each)

    for run in lab.seeds(main, n=RUNS):
        if run.error is not None:
            raise run.error
    return faults[0] if faults else ""


def goes_on(services, ended):
    """A call that had not ended at that moment, in words."""
    calls = [call for each in services for call in each.log]
    return next((str(call) for call in calls if call.ended is None or call.ended > ended), "")


def test_stops_at_once(attempt, upstream, clock):
    """Under many schedules, the stop ends calls and pauses there and then."""

    async def one(name):
        feeds, stop = drawn(upstream, name)
        calls = await supervised(attempt, feeds, stop, 0.5, 4.0)
        if calls is None:
            return "supervise never came to an end"
        ended, counted = clock.now, [feed.calls for feed in feeds]
        late = round(ended - stop.log[0].ended, 6)
        if late:
            return f"supervise needed {late:g} s to return. {ALL_AT_ONCE}"
        await asyncio.sleep(LATER_S)
        if on := goes_on(feeds, ended):
            return f"there was still {on}. Cancel all that runs"
        if calls != counted:
            return f"{counted} calls had been made, and it returned {calls}. Count when you call"
        return ""

    fault = under_schedules(one)
    assert not fault, f"The stop had answered, and {fault}."


def test_caller_gives_up(attempt, upstream, clock):
    """Under many schedules, and whenever the caller gives up, nothing goes on."""

    async def one(name):
        feeds, stop = drawn(upstream, name)
        patience = upstream(latency=lab.choice([0.1, 0.2, 0.5, 1.0, 2.5]), name=f"{name}-patience")
        call = asyncio.create_task(attempt.call("supervise", feeds, stop, 0.5, 4.0))
        await patience.get()
        call.cancel()
        gone = clock.now
        await asyncio.wait([call], timeout=PATIENCE_S)
        ended = clock.now
        if ended > gone:
            return f"supervise needed {ended - gone:g} s to end. {ALL_AT_ONCE}"
        await asyncio.sleep(LATER_S)
        if on := goes_on([*feeds, stop], ended):
            return f"there was still {on}. Let a block own the tasks, or cancel them in a finally"
        return ""

    fault = under_schedules(one)
    assert not fault, f"The caller gave up, and {fault}."


def test_cancelled(attempt, upstream, clock):
    """Wherever it is cancelled, nothing goes on."""
    left = []

    async def main():
        feeds = [upstream(latency=0.3, fail=BREAKS, name=f"feed{n}") for n in range(2)]
        stop = upstream(latency=2.0, name="stop")
        call = asyncio.create_task(
            attempt.call("supervise", feeds, stop, 0.5, 4.0), name="supervise"
        )
        await asyncio.wait([call], timeout=PATIENCE_S)
        ended = clock.now
        await asyncio.sleep(LATER_S)
        wrong = goes_on([*feeds, stop], ended)
        left.append(wrong or ("" if call.cancelled() else "it went on, or returned"))

    runs = lab.cancel_everywhere(main, task="supervise")
    found = [f"{run.fault}: {each}" for run, each in zip(runs, left[1:], strict=True) if each]
    assert found == [], (
        "Its caller gave up there, and that is left. From the first task on, each await stands in "
        "a block that owns the tasks, or in a `try` whose `finally` cancels them."
    )
