"""Checks of blocking/never_block: the same quotes, ten at once, on a loop that is never held."""

import asyncio
from collections import Counter

ITEMS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil", "figs", "nails"]


def shop_that_learns(upstream, latency, price, refusals):
    """A shop that answers None so many times for each item, and then its price."""
    asked = Counter()

    def reply(call):
        asked[call.key] += 1
        return None if asked[call.key] <= refusals else price

    return upstream(latency=latency, reply=reply, name="shop")


async def test_price(attempt, upstream, draw):
    """It asks until there is a price, and returns that."""
    refusals, price = draw.randint(2, 5), draw.randint(100, 999)
    shop = shop_that_learns(upstream, 0.1, price, refusals)
    answer = await attempt.call("quote", shop, draw.choice(ITEMS), 0.1)
    assert answer == price, (
        f"The shop said None {refusals} times, and would then have said {price}; it was asked "
        f"{shop.calls} times, and quote returned {answer!r}. Ask again for as long as the answer "
        "is None."
    )


async def test_pauses(attempt, upstream, draw):
    """Before it asks again it pauses, for as long as it was told."""
    refusals, tenths = draw.randint(2, 3), draw.randint(2, 9)
    shop = shop_that_learns(upstream, 0.1, 7, refusals)
    await attempt.call("quote", shop, draw.choice(ITEMS), tenths / 10)
    asked_at = [round(call.started, 6) for call in shop.log]
    expected = [n * (tenths + 1) / 10 for n in range(refusals + 1)]
    assert asked_at == expected, (
        f"With a shop that needs 0.1 s and a pause of {tenths / 10} s, the questions were due at "
        f"{expected}, and came at {asked_at}. A call of asyncio.sleep that is not awaited does "
        "not sleep; nor does a pause of 0 s."
    )


async def test_ten_at_once(attempt, upstream, clock, draw):
    """Ten at once take as long as one."""
    latency, pause = draw.randint(1, 9), draw.randint(1, 9)
    shop = shop_that_learns(upstream, latency / 10, 7, 1)
    await asyncio.gather(*(attempt.call("quote", shop, item, pause / 10) for item in ITEMS))
    one, took = (2 * latency + pause) / 10, clock.now
    assert took == one, (
        f"One quote takes {one:g} s, ten at once took {took:g} s, and at most {shop.peak} of "
        "their questions were on their way at the same time. " + because(shop.peak)
    )


def because(peak):
    """What such a number of questions at the same time comes from."""
    if peak == 1:
        return (
            "One at a time: who asks holds the loop until the answer is there. "
            "`async def` alone does not change that; await the question."
        )
    if peak < len(ITEMS):
        return (
            "Not all ten: they stand in line for something, such as the few threads of "
            "asyncio.to_thread. Waiting on the loop needs no thread at all."
        )
    return "The questions go out together, so it is the pause: is it awaited, or does it block?"


async def test_loop_never_held(attempt, upstream, heartbeat, draw):
    """While it waits, the loop is free for others."""
    price = draw.randint(100, 999)
    shop = shop_that_learns(upstream, 0.4, price, 1)
    async with heartbeat() as beat:
        answer = await attempt.call("quote", shop, draw.choice(ITEMS), 0.3)
    assert answer == price, f"quote returned {answer!r}. Let it return the shop's price first."
    assert beat.longest == 0, (
        f"The loop was held for {beat.longest:g} s at a stretch. Here the question takes 0.4 s and "
        "the pause 0.3 s, so you can tell which it was. Both have a form that is awaited; an "
        "`await` in front of a function of your own is no help if that one blocks."
    )
