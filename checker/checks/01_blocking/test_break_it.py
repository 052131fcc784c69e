"""Checks of blocking/break_it: the times that the learner gives break the two programs.

The programs stand in the exercise too. These here are the ones that have to break.
"""

import asyncio
import time

LOOKS = 8
TEXTS = ["b", "bl", "blo", "bloc", "block", "blocki"]


async def search(site, texts, gap):
    shown = []

    async def ask(text):
        shown.append(await site.get(text))

    async with asyncio.TaskGroup() as group:
        for text in texts:
            group.create_task(ask(text))
            await asyncio.sleep(gap)
    return shown[-1]


async def probe(period, looks):
    loop, latest = asyncio.get_running_loop(), 0
    for _ in range(looks):
        due = loop.time() + period
        await asyncio.sleep(period)
        latest = max(latest, loop.time() - due)
    return latest


def typing(draw):
    """What is typed, and how fast."""
    return TEXTS[: draw.randint(3, 6)], draw.randint(20, 40) / 100


def is_number(value):
    """Whether it is a number, and no truth value."""
    return type(value) in (int, float)


async def test_possible_latencies(attempt, draw):
    """Every answer takes from 0.1 to 1 s."""
    texts, gap = typing(draw)
    given = await attempt.call("latencies", len(texts), gap)
    numbers = given if isinstance(given, list) else []
    possible = [each for each in numbers if is_number(each) and 0.1 <= each <= 1]
    assert len(possible) == len(numbers) == len(texts), (
        f"latencies({len(texts)}, {gap}) returned {given!r}: a number for each of the "
        f"{len(texts)} answers, from 0.1 to 1 s, is what this site can do."
    )


async def test_old_answer_shown(attempt, upstream, draw):
    """In the end the page shows an old answer."""
    texts, gap = typing(draw)
    given = await attempt.call("latencies", len(texts), gap)
    numbers = [each for each in given if is_number(each)] if isinstance(given, list) else []
    assert len(numbers) == len(texts), (
        f"latencies({len(texts)}, {gap}) returned {given!r}: give {len(texts)} numbers."
    )
    shown = await search(upstream(latency=given, name="site"), texts, gap)
    assert shown != f"site/{texts[-1]}", (
        f"{texts[-1]!r} was typed last, and with the latencies {given} its answer came last too: "
        f"{because(given, gap)}"
    )


def because(given, gap):
    """Why nothing was overtaken."""
    if given[-1] == max(given):
        return (
            "the answers came in the order in which they were asked for. Slow is not late: let an "
            "earlier answer take longer than the last one."
        )
    return (
        f"the last question is asked a gap later, {gap:g} s here, than the one before it. An "
        "earlier answer has to take longer than that gap and the last answer together."
    )


async def test_long_block(attempt, draw):
    """The loop is blocked for at least 0.9 of a period, while the probe looks."""
    period = draw.choice([0.5, 1.0, 2.0, 4.0])
    given = await attempt.call("unseen", period)
    fits = isinstance(given, list) and len(given) == 2 and all(map(is_number, given))
    start, length = given if fits else (-1, 0)
    # Products of floats may miss the mark by their last digit.
    enough = start >= 0 and round(length, 9) >= round(0.9 * period, 9)
    in_time = round(start + length, 9) <= LOOKS * period
    assert enough, (
        f"unseen({period}) returned {given!r}: a start of 0 or later, and a length of at least "
        f"0.9 of a period, {0.9 * period:g} s here."
    )
    assert in_time, (
        f"unseen({period}) returned {given!r}: that ends at {start + length:g} s, and the probe "
        f"looks for the last time at {LOOKS * period:g} s. What comes later, nobody claims to see."
    )


async def test_nothing_seen(attempt, draw):
    """The probe reports no lateness at all."""
    period = draw.choice([0.5, 1.0, 2.0, 4.0])
    given = await attempt.call("unseen", period)
    start, length = given
    asyncio.get_running_loop().call_later(max(start, 0), time.sleep, length)
    latest = round(await probe(period, LOOKS), 9)
    assert latest == 0, (
        f"With a period of {period:g} s, a block from {start:g} to {start + length:g} s made the "
        f"probe {latest:g} s late: " + look(start, length, period)
    )


def look(start, length, period):
    """How the probe came to see it."""
    if length > period:
        return "a block that is longer than a period meets at least one look."
    return (
        "a look was due while the loop was held. The probe sees nothing of what begins after one "
        "look and has ended by the next."
    )
