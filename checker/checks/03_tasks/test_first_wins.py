"""Checks of tasks/first_wins: the first answer wins, the other call ends, and nothing is left."""

import asyncio
from typing import NamedTuple

from checker import lab
from checker.attempt import Raised

DELAY = 0.05
SCHEDULES = 200
SOON = 0.001  # a moment in which whoever was cancelled comes to its end


class Replica(NamedTuple):
    """How it behaves in one schedule."""

    takes: float
    fails: bool


class Outcome(NamedTuple):
    """What came of it: the answer, or the error's name; when; how often each was asked."""

    answer: str
    at: float
    asked: tuple[int, int]


def schedule(draw):
    """Two replicas, of which no two moments are the same."""
    first, second = draw.sample(range(2, 200, 2), 2)
    if first == second + 50 or first == 50:
        first += 1
    fails = draw.random() < 0.3, draw.random() < 0.3
    return Replica(first / 1000, fails[0]), Replica(second / 1000, fails[1])


def right(first, second):
    """What should come of it."""
    if first.takes < DELAY and not first.fails:
        return Outcome("first/key", first.takes, (1, 0))
    second_ends = min(DELAY, first.takes) + second.takes
    ends = sorted(
        [(first.takes, first.fails, "first/key"), (second_ends, second.fails, "second/key")]
    )
    for at, fails, answer in ends:
        if not fails:
            return Outcome(answer, round(at, 9), (1, 1))
    return Outcome("UpstreamError", round(ends[1][0], 9), (1, 1))


def replicas(upstream, first, second):
    """Two services that behave so."""
    return [
        upstream(latency=each.takes, fail=each.fails, name=name)
        for name, each in (("first", first), ("second", second))
    ]


async def answer_of(call):
    """What a call returns, or the name of the error that it raises."""
    try:
        return await call
    except Raised as error:
        return error.type


async def test_second_in_time(attempt, upstream, draw):
    """The second is asked after the delay, and only if the first has not answered."""
    slow, quick = draw.randint(120, 200) / 1000, draw.randint(10, 40) / 1000
    one, two = replicas(upstream, Replica(slow, False), Replica(quick, False))
    hedge = attempt.bring_file("hedge")
    await hedge.call("hedge", one, two, "key", DELAY)
    asked_at = [call.started for call in one.log], [round(call.started, 9) for call in two.log]
    assert asked_at == ([0], [DELAY]), (
        f"The first replica takes {slow:g} s, and the delay is {DELAY} s: the first has to be "
        "asked at 0 s, and the second when the delay is over. To ask both at once doubles the "
        "load, for one call in twenty that is slow."
    )
    one, two = replicas(upstream, Replica(quick, False), Replica(quick, False))
    await hedge.call("hedge", one, two, "key", DELAY)
    assert (one.calls, two.calls) == (1, 0), (
        f"The first replica had answered after {quick:g} s, before the delay of {DELAY} s was "
        "over: the second is not to be asked at all."
    )


async def test_loser_has_ended(attempt, upstream, journal, draw):
    """When it returns, the call that was given up has cleaned up."""
    slow, quick = draw.randint(120, 200) / 1000, draw.randint(10, 40) / 1000
    hedge = attempt.bring_file("hedge")
    for first, second in ((slow, quick), (DELAY + 0.01, slow)):
        one, two = replicas(upstream, Replica(first, False), Replica(second, False))
        closed = journal()
        answer = await hedge.call("with_cleanup", one, two, "key", DELAY, 0.02, closed)
        loser = one if answer == "second/key" else two
        assert loser.completed == 0, (
            "The other call was waited for to its end, although the answer was there: give it up, "
            "by cancelling its task."
        )
        assert sorted(closed.values) == ["first", "second"], (
            "A call that is given up needs 0.02 s here to clean up, and `hedged` had returned "
            "before that. To cancel a task only asks it to end; wait until it has."
        )


async def test_failure_is_no_answer(attempt, upstream, clock, draw):
    """A replica that fails does not win; if both fail, an error arrives."""
    hedge = attempt.bring_file("hedge")
    slow, quick = draw.randint(120, 200) / 1000, draw.randint(10, 40) / 1000
    one, two = replicas(upstream, Replica(DELAY + 0.01, True), Replica(slow, False))
    answer = await answer_of(hedge.call("hedge", one, two, "key", DELAY))
    assert answer == "second/key", (
        "The first replica failed while the second was on its way to an answer."
    )
    began = clock.now
    one, two = replicas(upstream, Replica(quick, True), Replica(quick, False))
    answer = await answer_of(hedge.call("hedge", one, two, "key", DELAY))
    took = round(clock.now - began, 9)
    assert (answer, took) == ("second/key", 2 * quick), (
        f"The first replica failed after {quick:g} s. From then on there is nothing to wait for: "
        "ask the second at once, not when the delay is over."
    )
    one, two = replicas(upstream, Replica(quick, True), Replica(slow, True))
    hint = "Both replicas failed, and one of their errors should arrive as it is."
    with attempt.raises("UpstreamError", hint=hint):
        await hedge.call("hedge", one, two, "key", DELAY)


async def test_falsy_answer(attempt, upstream, clock, draw):
    """An answer of 0, None or an empty text is an answer."""
    hedge = attempt.bring_file("hedge")
    late, slow = 0.06, draw.randint(120, 200) / 1000
    for reply in (0, None, "", False, []):
        one = upstream(latency=late, reply=reply, name="first")
        two = upstream(latency=slow, reply="late", name="second")
        began = clock.now
        answer = await hedge.call("hedge", one, two, "key", DELAY)
        took = round(clock.now - began, 9)
        came = f"{answer!r} after {took:g} s"
        assert came == f"{reply!r} after {late:g} s", (
            f"The first replica answered {reply!r} after {late:g} s, which is an answer too. "
            f"`hedged` returned {came}. Ask a task whether it has an exception, not whether its "
            "result is true."
        )


async def test_many_schedules(attempt, upstream, clock, draw):
    """Under 200 schedules: the right answer, in time, and no call too many."""
    hedge, asked, answers = attempt.bring_file("hedge"), [], 0
    for _ in range(SCHEDULES):
        first, second = schedule(draw)
        one, two = replicas(upstream, first, second)
        asked += [one, two]
        began = clock.now
        answer = await answer_of(hedge.call("hedge", one, two, "key", DELAY))
        came = Outcome(answer, round(clock.now - began, 9), (one.calls, two.calls))
        wanted = right(first, second)
        assert came == wanted, (
            f"A delay of {DELAY} s; the first {told(first)}, the second {told(second)}. So the "
            f"first to have an answer decides, and {words(wanted)}. Here {words(came)}."
        )
        answers += answer.endswith("/key")
    await asyncio.sleep(1)
    answered = sum(each.completed for each in asked)
    assert answered == answers, (
        f"{answers} answers were needed, and the replicas gave {answered}: calls that had lost "
        "went on to their end, for nobody. When there is an answer, cancel the task of the other "
        "call."
    )


def told(replica):
    """How a replica behaves, in words."""
    return f"{'fails' if replica.fails else 'answers'} after {replica.takes:g} s"


def words(outcome):
    """What came, in words."""
    one, two = outcome.asked
    return (
        f"{outcome.answer!r} comes at {outcome.at:g} s, with {one} and {two} calls of the replicas"
    )


def test_cancelled(attempt, upstream, draw):
    """Wherever it is cancelled, both calls are cancelled too."""
    slow = draw.randint(120, 200) / 1000
    left = []

    async def main():
        one, two = replicas(upstream, Replica(slow, False), Replica(slow, False))
        hedge = attempt.bring_file("hedge")
        try:
            await hedge.call("hedge", one, two, "key", DELAY)
        finally:
            try:
                await asyncio.sleep(SOON)
            finally:
                left.append(one.in_flight + two.in_flight)

    runs = lab.cancel_everywhere(main)
    begun = [str(run.fault) for run, still in zip(runs, left[1:], strict=True) if still]
    assert begun == [], (
        "After that a call of a replica went on. `asyncio.wait` gives no task up that it waited "
        "for, however it ends: cancel them in a `finally`."
    )
    swallowed = [str(run.fault) for run in runs if run.error is None]
    assert swallowed == [], (
        "`hedged` was cancelled, and went on as if nothing had happened. Whoever catches a "
        "CancelledError has to raise it again."
    )


def test_cancelled_in_cleanup(attempt, upstream, journal, draw):
    """Wherever it is cancelled, even while a call cleans up, both calls have ended when it has."""
    slow = draw.randint(120, 200) / 1000
    left = []

    async def main():
        one, two = replicas(upstream, Replica(slow, False), Replica(slow, False))
        closed = journal()
        hedge = attempt.bring_file("hedge")
        try:
            await hedge.call("with_cleanup", one, two, "key", DELAY, 0.02, closed)
        finally:
            left.append(one.calls + two.calls - len(closed.values))

    runs = lab.cancel_everywhere(main)
    early = [str(run.fault) for run, still in zip(runs, left[1:], strict=True) if still]
    assert early == [], (
        "After that `hedged` ended before a call of a replica had. Its caller can cancel it while "
        "it waits for the other call to clean up: what waits there has to go on until both calls "
        "have ended. `asyncio.wait` returns at once when it is cancelled; `gather` does not."
    )
