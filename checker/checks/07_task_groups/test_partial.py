"""Checks of task_groups/partial: failures stand beside answers, and a bug is none of them."""

import asyncio

from checker import lab
from checker.attempt import Raised

WORDS = ["loop", "task", "group", "await"]
LATER_S = 20  # by then, what was left running has shown itself


def shards_of(upstream, tenths, *, failing=None, unreadable=()):
    """A shard for each latency; `failing` has the status of those that fail, by number."""

    def shard(number, tenth):
        name = f"shard{number}"
        reply = {"hits": [f"{name} a", f"{name} b"]}
        if number in unreadable:
            reply = {"error": "no index"}
        fail = (failing or {}).get(number, False)
        return upstream(latency=tenth / 10, reply=reply, fail=fail, name=name)

    return [shard(number, tenth) for number, tenth in enumerate(tenths)]


def found_in(numbers):
    """What these shards find."""
    return [[f"shard{number} a", f"shard{number} b"] for number in numbers]


def types_in(error):
    """The type of an error, and of those that a group is made of."""
    return [error.type, *(kind for each in error.exceptions for kind in types_in(each))]


async def test_found_in_order(attempt, upstream, clock, draw):
    """All shards are asked at once, and their hits stand in the order of the shards."""
    tenths, word = [9, *draw.sample(range(1, 8), 3)], draw.choice(WORDS)
    shards = shards_of(upstream, tenths)
    page = await attempt.call("search", shards, word)
    took, asked = clock.now, [[call.key for call in each.log] for each in shards]
    assert asked == [[word]] * 4, (
        f"search was to ask each of the four shards once, for {word!r}; they were asked for "
        f"{asked}. That is `await shard.get(word)`."
    )
    assert page == {"found": found_in(range(4)), "failed": []}, (
        f"All four shards answered, after {[n / 10 for n in tenths]} s, and search returned "
        f"{page}. The order in which they answer is not the order in which they stand."
    )
    assert took == 0.9, (
        f"The slowest shard needs 0.9 s, and the search took {took:g} s: ask all of them before "
        "you wait for the first."
    )


async def test_failures_beside(attempt, upstream, draw):
    """Shards that fail cost nobody else's answer, and are told in order, with their status."""
    tenths, statuses = [3, 8, 1, 6], draw.sample([429, 500, 502, 503], 2)
    failing = {1: statuses[0], 2: statuses[1]}
    shards = shards_of(upstream, tenths, failing=failing)
    try:
        page = await attempt.call("search", shards, draw.choice(WORDS))
    except Raised as error:
        page = f"the error {error.type}"
    expected = {"found": found_in([0, 3]), "failed": [[1, statuses[0]], [2, statuses[1]]]}
    assert page == expected, (
        f"Shard 2 failed at 0.1 s, and shard 1 at 0.8 s; the others answered at 0.3 s and 0.6 s. "
        f"What came back is {page}. A task that lets its error out takes its whole group along: "
        "catch the shard's error within the task, and give it back as a result. Sort it by the "
        "number of the shard, not by when it came."
    )


async def test_bug_arrives(attempt, upstream, clock, draw):
    """An answer that cannot be read is an error of the caller's, and ends the search."""
    shards = shards_of(upstream, [2, 9, 4], unreadable=[2])
    kinds = []
    try:
        page = await attempt.call("search", shards, draw.choice(WORDS))
    except Raised as error:
        page, kinds = f"the error {error.type}", types_in(error)
    ended = round(clock.now, 6)
    await asyncio.sleep(LATER_S)
    on = [call for each in shards for call in each.log if call.ended > ended]
    assert "KeyError" in kinds, (
        f"Shard 2 answered without any hits, so `hits` raised a KeyError. To the caller came "
        f"{page}. What you meant to bear is an error of the shard; this one is ours, and whoever "
        "hides it will look for it for a long time. Catch less."
    )
    assert ended == 0.4, (
        f"`hits` raised at 0.4 s, and the caller heard of it at {ended:g} s: later than that, "
        "nobody needs the answers that are still to come."
    )
    assert not on, (
        f"The search ended at {ended:g} s with an error, and after that there was still: {on[0]}. "
        "An error that you see does not mean that the work has stopped."
    )


def test_caller_gives_up(attempt, upstream, clock, draw):
    """Wherever the caller gives up, there is no page, and nothing goes on."""
    word, pages, on = draw.choice(WORDS), [], []

    async def main():
        shards = shards_of(upstream, [2, 9, 4])
        try:
            page = await attempt.call("search", shards, word)
            if clock.now < 0.9:
                pages.append(page)
        except asyncio.CancelledError:
            gone = clock.now
            await asyncio.sleep(LATER_S)
            on.extend(call for each in shards for call in each.log if call.ended > gone)

    lab.cancel_everywhere(main)
    assert not pages, (
        f"The caller gave up, and search went on as if nothing had been: {pages[0]}. Who catches "
        "BaseException catches the request to end, too; it is no failure of a shard."
    )
    assert not on, (
        f"The caller gave up, and after that there was still: {on[0]}. A task that belongs to no "
        "block outlives whoever made it."
    )
