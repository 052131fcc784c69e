"""Checks of tasks/start_early: the rate is asked for first, waited for last, and never left."""

import asyncio
from contextlib import suppress

from checker import lab
from checker.attempt import Raised

ITEMS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil", "figs", "nails"]
CLEANUP = 0.02
SOON = 0.001  # a moment in which whoever was cancelled comes to its end


def seconds(draw):
    """Of the page, of the stock, and of the rate, which takes longer than both."""
    page, stock = draw.randint(2, 6) / 10, draw.randint(2, 6) / 10
    return page, stock, draw.randint(20, 30) / 10


async def test_asked_for_first(attempt, upstream, draw):
    """The rate is asked for at 0 s, and the stock when the page is drawn."""
    page, stock_takes, rate_takes = seconds(draw)
    stock = upstream(latency=stock_takes, reply=True, name="stock")
    rates = upstream(latency=rate_takes, name="rates")
    await attempt.call("offer", stock, rates, draw.choice(ITEMS), page)
    asked = [each.log[0].started if each.log else None for each in (rates, stock)]
    assert asked == [0, page], (
        f"The page takes {page:g} s. The rate was asked for at {at(asked[0])}, and the stock at "
        f"{at(asked[1])}. {why_late(*asked, page)}"
    )


def at(when):
    """A time, in words."""
    return "no time at all" if when is None else f"{when:g} s"


def why_late(rate, stock, page):
    """What it comes from that somebody was asked too late, or too early."""
    if rate is None or stock is None:
        return "Both have to be asked: this item is not sold out."
    if rate == page:
        return (
            "Whoever has the loop goes first: a task that was made begins when the loop comes to "
            "it, and `draw` held the loop. Let it begin: hand the loop back once before you draw."
        )
    if rate > page:
        return (
            "So it came after the page and the stock. To call rates.get makes a coroutine, which "
            "does nothing until it is awaited, or until a task is made of it."
        )
    return "The stock is asked when the page is drawn, neither before nor later."


async def test_time(attempt, upstream, clock, draw):
    """It is done when the rate is there, and returns it."""
    page, stock_takes, rate_takes = seconds(draw)
    stock = upstream(latency=stock_takes, reply=True, name="stock")
    rates = upstream(latency=rate_takes, name="rates")
    item = draw.choice(ITEMS)
    answer = await attempt.call("offer", stock, rates, item, page)
    took = clock.now
    assert answer == f"rates/{item}", "There is some in stock, so the rate is what it returns."
    assert [call.key for call in stock.log] == [item], f"The stock is asked for {item!r}, once."
    assert took == rate_takes, (
        f"The page takes {page:g} s, the stock {stock_takes:g} s, and the rate {rate_takes:g} s; "
        f"all together took {took:g} s. Everything else can happen while the rate is on its way."
    )


async def test_sold_out(attempt, upstream, clock, draw):
    """Sold out: it says so as soon as the stock has answered, and nobody waits for the rate."""
    page, stock_takes, rate_takes = seconds(draw)
    stock = upstream(latency=stock_takes, reply=False, name="stock")
    rates = upstream(latency=rate_takes, name="rates")
    answer = await attempt.call("offer", stock, rates, draw.choice(ITEMS), page)
    took = clock.now
    assert answer == "sold out", "The stock answered False."
    assert took == round(page + stock_takes, 9), (
        f"The stock had answered at {page + stock_takes:g} s, and `offer` returned at {took:g} s. "
        "With nothing to sell there is nothing to wait for."
    )
    await asyncio.sleep(SOON)
    assert rates.in_flight == 0, (
        "`offer` has returned, and its call of the rates goes on: a task does not end because "
        "nobody needs it any more. Cancel it."
    )


async def test_errors(attempt, upstream, draw):
    """A service that is needed and fails: its error arrives, and nobody is left behind."""
    page, stock_takes, rate_takes = seconds(draw)
    item = draw.choice(ITEMS)
    stock = upstream(latency=stock_takes, fail=True, name="stock")
    rates = upstream(latency=rate_takes, name="rates")
    hint = "The caller needs that very error: do not catch it, nor wrap it in a group."
    with attempt.raises("UpstreamError", "'stock'", hint=hint):
        await attempt.call("offer", stock, rates, item, page)
    await asyncio.sleep(SOON)
    assert rates.in_flight == 0, (
        "The stock failed, the caller has the error, and the call of the rates goes on for nobody. "
        "An error leaves by another door than a result: what has to happen at each stands in a "
        "`finally`."
    )
    stock = upstream(latency=stock_takes, reply=True, name="stock")
    rates = upstream(latency=page, fail=True, name="rates")
    with attempt.raises("UpstreamError", "'rates'", hint=hint):
        await attempt.call("offer", stock, rates, item, page)


async def test_error_of_no_matter(attempt, upstream, draw):
    """Sold out, and the rates fail meanwhile: it says "sold out"."""
    page, stock_takes, _ = seconds(draw)
    stock = upstream(latency=stock_takes, reply=False, name="stock")
    early, late = page / 2, page + stock_takes / 2
    for fails_at in (early, late):
        rates = upstream(latency=fails_at, fail=True, name="rates")
        answer = await attempt.call("offer", stock, rates, draw.choice(ITEMS), page)
        assert answer == "sold out", "Nobody needs the rate of what is sold out."


def test_cancelled(attempt, upstream, draw):
    """Wherever `offer` is cancelled, nobody goes on waiting for the rate."""
    page, stock_takes, rate_takes = seconds(draw)
    item, left = draw.choice(ITEMS), []

    async def main():
        stock = upstream(latency=stock_takes, reply=True, name="stock")
        rates = upstream(latency=rate_takes, name="rates")
        try:
            await attempt.call("offer", stock, rates, item, page)
        finally:
            try:
                await asyncio.sleep(SOON)
            finally:
                left.append(rates.in_flight)

    runs = lab.cancel_everywhere(main)
    begun = [str(run.fault) for run, still in zip(runs, left[1:], strict=True) if still]
    assert begun == [], (
        "After that the call of the rates went on. It is made by another task than the one that "
        "was cancelled: that has to be cancelled too, wherever `offer` ends."
    )
    swallowed = [str(run.fault) for run in runs if run.error is None]
    assert swallowed == [], (
        "`offer` was cancelled, and went on as if nothing had happened. Whoever catches a "
        "CancelledError has to raise it again."
    )


async def test_has_ended(attempt, upstream, journal, draw):
    """When `offer` ends, the call of the rates has ended, however long its cleanup takes."""
    page, stock_takes, rate_takes = seconds(draw)
    rates = upstream(latency=rate_takes, name="rates")
    begun = 0
    for how, stock in {
        "the item is sold out": upstream(latency=stock_takes, reply=False, name="stock"),
        "the stock fails": upstream(latency=stock_takes, fail=True, name="stock"),
    }.items():
        ended = journal()
        slow = attempt.bring_file("slow_to_end")
        with suppress(Raised):
            await slow.call("offer", stock, rates, draw.choice(ITEMS), page, CLEANUP, ended)
        calls, begun = rates.calls - begun, rates.calls
        left = calls - len(ended.values)
        assert left == 0, (
            f"{how.capitalize()}. The call of the rates needs {CLEANUP} s to clean up when it is "
            "cancelled, and `offer` ended before that. `cancel` only asks a task to end: wait "
            "until it has."
        )
