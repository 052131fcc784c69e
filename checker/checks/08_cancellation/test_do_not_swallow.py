"""Checks of cancellation/do_not_swallow: who is cancelled ends, and says so."""

import asyncio

from checker import lab
from checker.attempt import Raised

SOON = 0.001  # a moment in which whoever was cancelled comes to its end
LATER_S = 2  # by then, what was left running has shown itself


def services(upstream, names, tenths, failing=()):
    """A service for each name, which needs so many tenths of a second."""
    return [
        upstream(latency=tenth / 10, fail=name in failing, name=name)
        for name, tenth in zip(names, tenths, strict=True)
    ]


async def result_of(call):
    """What a call returns, or the name of the error that it raises."""
    try:
        return await call
    except Raised as error:
        return error.type


def cancelled_everywhere(attempt, make, name):
    """What went wrong where `name` was cancelled: for each place, in words.

    `make` makes the arguments, and the services of which no call may go on.
    """
    found = []

    async def main():
        args, all_of_them = make()
        call = asyncio.create_task(attempt.call(name, *args), name="caller")
        await asyncio.wait([call])
        calls = sum(each.calls for each in all_of_them)
        await asyncio.sleep(SOON)
        going_on = [str(each.log[-1]) for each in all_of_them if each.in_flight]
        await asyncio.sleep(LATER_S)
        after = sum(each.calls for each in all_of_them) - calls
        if after:
            going_on.append(f"{after} calls more")
        if not call.cancelled():
            going_on.insert(0, f"and returned {call.result()!r}")
        found.append(going_on)

    runs = lab.cancel_everywhere(main, task="caller")
    return [
        f"{run.fault}: {', '.join(each)}" for run, each in zip(runs, found[1:], strict=True) if each
    ]


async def test_failures(attempt, upstream, draw):
    """A service that fails stops nobody, and after the first answer the rest are given up."""
    bad = draw.choice(["a", "b", "c"])
    said = await result_of(attempt.call("poll", services(upstream, "abc", [1, 1, 1], [bad])))
    assert said == [each for each in "abc" if each != bad], (
        f"Feed {bad} fails; `poll` returned {said}. A feed that fails is passed over: to catch an "
        "Exception there is right."
    )
    tenths = draw.sample(range(1, 9), 3)
    quick, second, slow = sorted(tenths)
    failing = ["abc"[tenths.index(quick)]]
    shops = services(upstream, "abc", tenths, failing)
    answer = await result_of(attempt.call("first_answer", shops))
    assert answer == "abc"[tenths.index(second)], (
        f"The shops need {tenths} tenths of a second, and shop {failing[0]} fails: that is no "
        f"answer yet. `first_answer` returned {answer!r}."
    )
    await asyncio.sleep(LATER_S)
    given_up = sum(shop.cancelled for shop in shops)
    assert given_up == 1, (
        f"There was an answer at {second / 10:g} s, and the slowest shop was asked until "
        f"{slow / 10:g} s: its task goes on for nobody, if it is not cancelled."
    )
    shops = services(upstream, "de", [2, 1], "de")
    answer = await result_of(attempt.call("first_answer", shops))
    assert answer is None, f"All shops failed, and `first_answer` returned {answer!r}, not None."


async def test_timeout(attempt, upstream, clock, draw):
    """Under a timeout, `poll` ends when it is over, and the timeout raises."""
    limit_s = draw.randint(5, 9) / 10
    feeds = services(upstream, "abcdef", [4] * 6)
    raised = False
    try:
        async with asyncio.timeout(limit_s):
            await attempt.call("poll", feeds)
    except TimeoutError:
        raised = True
    ended = round(clock.now, 3)
    assert [raised, ended] == [True, limit_s], (
        f"Six feeds take 0.4 s each. Under a timeout of {limit_s:g} s `poll` ended at {ended:g} s, "
        f"and {'a' if raised else 'no'} TimeoutError came out of the block. A timeout is a "
        "cancellation, and the block makes a TimeoutError of it when it comes out. It did not "
        "come out."
    )


async def test_poll_one_by_one(attempt, upstream):
    """`poll` asks one feed after the other."""
    feeds = services(upstream, "abc", [3, 1, 2])
    await attempt.call("poll", feeds)
    began = [round(feed.log[0].started, 3) for feed in feeds]
    assert began == [0, 0.3, 0.4], (
        f"The feeds were asked at {began} s, some at the same time; `poll` is to ask one after the "
        "other, as it did."
    )


def test_poll_cancelled(attempt, upstream):
    """Wherever `poll` is cancelled, it ends, and does not return."""

    def make():
        feeds = services(upstream, "abc", [1, 1, 1])
        return [feeds], feeds

    found = cancelled_everywhere(attempt, make, "poll")
    assert found == [], (
        "`poll` took its cancellation for a feed that failed, or ended without saying why, so "
        "nobody knows that it was asked to end. A CancelledError is no Exception: `except "
        "Exception` lets it out."
    )


def test_first_answer_cancelled(attempt, upstream):
    """Wherever `first_answer` is cancelled, it ends, and all shops are given up."""

    def make():
        shops = services(upstream, "abc", [3, 1, 2], "b")
        return [shops], shops

    found = cancelled_everywhere(attempt, make, "first_answer")
    assert found == [], (
        "`first_answer` was cancelled, and went on to wait for the next, or returned, or a shop "
        "was still asked. Catch no more than what a shop fails with, and cancel in a `finally`."
    )


async def test_goodbye(attempt, upstream, draw):
    """The pulse has said goodbye when `with_pulse` returns."""
    tenths = draw.choice([4, 5, 7, 8])
    (work,) = services(upstream, ["work"], [tenths])
    pulse = upstream(latency=0.3, name="pulse")
    result = await result_of(attempt.call("with_pulse", work, pulse))
    said = [call.key for call in pulse.log if call.outcome == "completed"]
    assert result == "work", (
        f"The work was done, and from `with_pulse` came {result!r}. That is the end of the pulse, "
        "which you had asked for: it is no cancellation of yours."
    )
    assert said == [*["beat"] * (tenths // 3), "goodbye"], (
        f"The work took {tenths / 10:g} s, a beat takes 0.3 s, and by the end the pulse had said "
        f"{said}. To cancel a task only asks it to end; wait until it has."
    )


def test_pulse_cancelled(attempt, upstream):
    """Wherever `with_pulse` is cancelled, its pulse ends with it, and it does not return."""

    def make():
        (work,) = services(upstream, ["work"], [5])
        pulse = upstream(latency=0.3, name="pulse")
        return [work, pulse], [work, pulse]

    found = cancelled_everywhere(attempt, make, "with_pulse")
    assert found == [], (
        "Two cancellations meet in `await beating`: that of the pulse, which you asked for, and "
        "your own. `except CancelledError` cannot know one from the other by its own name. "
        "`gather(beating, return_exceptions=True)` can: it takes the first for a result, and hands "
        "on the second, once the pulse has ended. If it was still in flight, nobody waited for it."
    )
