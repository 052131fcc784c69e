"""Checks of tasks/own_loop: threads wait for the loop, and the loop never waits for itself."""

import asyncio

ITEMS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil", "figs", "nails"]
MANY = 12  # more than the pool of `asyncio.to_thread` has threads on four cores
SOON = 0.001  # a moment in which whoever was cancelled comes to its end


def shop_of(upstream, draw, latency):
    """Some items with their prices, and a shop that knows these."""
    prices = {item: draw.randint(100, 999) for item in draw.sample(ITEMS, 4)}
    return prices, upstream(latency=latency, reply=lambda call: prices[call.key], name="shop")


async def test_from_threads(attempt, upstream, clock, draw):
    """A thread gets the price, and several can ask at the same time."""
    takes = draw.randint(5, 20) / 10
    prices, shop = shop_of(upstream, draw, takes)
    threads = attempt.bring_file("threads")
    got = await threads.call("from_threads", shop, list(prices), 60)
    assert got == list(prices.values()), "Each thread gets the price of the item that it asked for."
    assert clock.now == takes, (
        f"Four threads asked at once, and the shop takes {takes:g} s; they were done at "
        f"{clock.now:g} s. The coroutine runs on the loop, and the thread waits for its result."
    )


async def test_refused_on_the_loop(attempt, upstream, clock, draw):
    """On the loop itself `price_blocking` raises RuntimeError at once, and asks nobody."""
    prices, shop = shop_of(upstream, draw, 1)
    raised = await attempt.bring_file("threads").call("from_the_loop", shop, next(iter(prices)))
    assert raised == "RuntimeError", (
        "`price_blocking` was called on the loop, by a coroutine, and raised no RuntimeError. To "
        "wait there for something that the loop has to do is to wait for ever; find out on which "
        "loop you are before you wait, and refuse."
    )
    at = clock.now
    await asyncio.sleep(SOON)
    assert (shop.calls, at) == (0, 0), (
        f"It was refused at {at:g} s, and the shop was asked even so. Look on which loop you are "
        "before all else: what was handed to the loop by then will run."
    )


async def test_total(attempt, upstream, clock, draw):
    """`total` asks for all prices at the same time."""
    takes = draw.randint(5, 20) / 10
    prices = {f"item {n}": draw.randint(100, 999) for n in range(MANY)}
    shop = upstream(latency=takes, reply=lambda call: prices[call.key], name="shop")
    got = await attempt.bring_file("threads").call("total", shop, list(prices))
    assert got == sum(prices.values()), f"The sum of the {MANY} prices."
    assert clock.now == takes, (
        f"The shop takes {takes:g} s, and the sum of {MANY} prices was there at {clock.now:g} s. A "
        "coroutine needs no thread to wait in, and a pool has only a few: await all together."
    )


async def test_render(attempt, upstream, clock, draw):
    """A template that waits for prices does so in a thread."""
    prices, shop = shop_of(upstream, draw, 0.5)
    got = await attempt.bring_file("threads").call("rendered", shop, list(prices))
    assert got == [f"{item}: {price}" for item, price in prices.items()], (
        "`render` returns what the template returned."
    )
    assert clock.now == 2, "The template asks for four prices one after another, 0.5 s each."


async def test_timeout(attempt, upstream, clock, draw):
    """After `seconds` it raises TimeoutError, and nothing of the call is left."""
    seconds = draw.randint(2, 9) / 10
    prices, shop = shop_of(upstream, draw, 60)
    hint = f"The shop takes 60 s, and {seconds:g} s were allowed."
    with attempt.raises("TimeoutError", hint=hint):
        await attempt.bring_file("threads").call("from_threads", shop, list(prices)[:1], seconds)
    at = clock.now
    assert at == seconds, f"{seconds:g} s were allowed; the error came at {at:g} s."
    await asyncio.sleep(SOON)
    assert shop.in_flight == 0, (
        f"The thread gave up after {seconds:g} s, and the call of the shop goes on. `result` with "
        "a time-out ends the wait, not the work: cancel the future as well."
    )
