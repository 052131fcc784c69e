"""Checks of cancellation/shielded_commit: paid and taken, or neither, whoever cancels it when."""

import asyncio

from checker import lab

ITEMS = ["tea", "rice", "soap", "salt"]
SCHEDULES = 200


class Shop:
    """Three services, whose calls take so many tenths of a second each."""

    def __init__(self, upstream, tenths=(1, 1, 1), *, pays=True, gives=True, price=7, name=""):
        asking, paying, taking = (tenth / 10 for tenth in tenths)
        self.prices = upstream(latency=asking, reply=price, name=f"prices{name}")
        self.bank = upstream(latency=paying, fail=not pays and [1], name=f"bank{name}")
        self.stock = upstream(latency=taking, fail=not gives, name=f"stock{name}")
        self.args = [self.prices, self.bank, self.stock]

    def at_odds(self):
        """What is wrong with the state in which it was left, in words; or nothing."""
        going_on = [str(each.log[-1]) for each in self.args if each.in_flight]
        if going_on:
            return f"{going_on[0]} went on behind its end"
        for call in (*self.bank.log, *self.stock.log):
            if call.outcome == "cancelled":
                return f"nobody knows what became of {call.key!r}, {call}"
        done = [call.key for call in self.bank.log if call.outcome == "completed"]
        taken = self.stock.completed
        if done.count("pay") - done.count("refund") != taken:
            sent = [call.key for call in self.bank.log]
            return f"the bank was asked to {sent or 'do nothing'}, and {taken} taken"
        return ""


def because(found):
    """What to do about these."""
    words = " ".join(found)
    if "behind its end" in words:
        return (
            "`asyncio.shield` saves the work, and not the wait: whoever is cancelled in it has to "
            "wait for the task itself, however often."
        )
    if "returned" in words:
        return "Nobody hears of it that it was cancelled, or has failed: raise that at the end."
    return (
        "A call that is cut off may have been carried out, so one of the two may have happened, "
        "and the other not. Let both be one task, which your cancellation does not "
        "reach. `CancelScope(shield=True)` protects against scopes alone, not against "
        "`task.cancel()`. And wait for it, however often you are cancelled."
    )


async def test_buys(attempt, upstream, draw):
    """First the price, then it is paid, then the goods are taken."""
    item, price = draw.choice(ITEMS), draw.randint(2, 90)
    shop = Shop(upstream, draw.sample(range(1, 9), 3), price=price)
    result = await attempt.call("buy", *shop.args, item)
    calls = [(call.key, call.body) for each in shop.args for call in each.log]
    assert [result, calls] == [price, [(item, None), ("pay", price), ("take", item)]], (
        f"{item} costs {price}; `buy` returned {result}, and the services were asked for {calls}."
    )
    paid, began = round(shop.bank.log[0].ended, 3), round(shop.stock.log[0].started, 3)
    assert paid <= began, (
        f"The goods were asked for at {began:g} s, before it is paid, which was at {paid:g} s."
    )


async def test_price(attempt, upstream, clock):
    """Cancelled while it asks for the price, it ends at once, and nothing has happened."""
    shop = Shop(upstream, (9, 1, 1))
    call = asyncio.create_task(attempt.call("buy", *shop.args, "tea"))
    asyncio.get_running_loop().call_later(0.4, call.cancel)
    await asyncio.wait([call])
    ended, asked = round(clock.now, 3), shop.bank.calls
    assert [ended, asked] == [0.4, 0], (
        f"It was cancelled at 0.4 s, and would have had its price at 0.9 s. It ended at {ended:g} "
        f"s, with {asked} calls to the bank: there is nothing to protect yet."
    )


def test_cancelled(attempt, upstream):
    """Wherever its task is cancelled, it is paid and taken, or neither."""
    found, count = [], 0
    for gives in (True, False):
        left = []

        async def main(gives=gives, left=left):
            shop = Shop(upstream, gives=gives)
            call = asyncio.create_task(attempt.call("buy", *shop.args, "tea"), name="buy")
            await asyncio.wait([call])
            returned = "" if call.cancelled() or call.exception() else "and returned"
            left.append(shop.at_odds() or returned)

        runs = lab.cancel_everywhere(main, task="buy")
        count += len(runs)
        refunded = "" if gives else ", where the goods cannot be taken"
        found += [
            f"cancelled at {run.fault.at}{refunded}: {each}"
            for run, each in zip(runs, left[1:], strict=True)
            if each
        ]
    assert found == [], (
        f"There are {count} places at which `buy` can be cancelled. {because(found)}"
    )


async def test_scope(attempt, upstream):
    """Whenever a scope of anyio ends, it is paid and taken, or neither."""
    scoped, left = attempt.bring_file("scoped"), {}
    for number in range(3):
        shop, seconds = Shop(upstream, name=f"-{number}"), (number + 0.5) / 10
        await scoped.call("within", seconds, "buy", *shop.args, "tea")
        if found := shop.at_odds():
            left[seconds] = found
    assert left == {}, (
        "Each call takes 0.1 s. At these moments the scope ended. anyio cancels again at each "
        "await, and a `CancelScope(shield=True)` spares what stands in it. "
        + because(left.values())
    )


async def test_taking_fails(attempt, upstream, clock):
    """If the goods cannot be taken, the price is refunded, also where it is cancelled."""
    shop = Shop(upstream, gives=False, name="-empty")
    hint = "Whoever calls `buy` has to know that it has bought nothing."
    with attempt.raises("UpstreamError", hint=hint):
        await attempt.call("buy", *shop.args, "tea")
    asked = [(call.key, call.body) for call in shop.bank.log]
    assert asked == [("pay", 7), ("refund", 7)], (
        f"The goods, for 7, could not be taken, and the bank was asked to {asked}: the money is "
        "gone."
    )
    shop = Shop(upstream, gives=False, name="-cancelled")
    call = asyncio.create_task(attempt.call("buy", *shop.args, "tea"))
    asyncio.get_running_loop().call_later(0.35, call.cancel)
    await asyncio.wait([call])
    wrong = shop.at_odds()
    assert wrong == "", (
        f"The refund was on its way when `buy` was cancelled: {wrong}. The refund "
        "is part of it, and of the same task."
    )
    shop = Shop(upstream, pays=False, name="-poor")
    with attempt.raises("UpstreamError", hint="A payment that fails is for the caller to know."):
        await attempt.call("buy", *shop.args, "tea")
    asked = [call.key for call in (*shop.bank.log, *shop.stock.log)]
    assert asked == ["pay"], (
        f"The payment failed, and the bank and the stock were asked to {asked}. A payment that "
        "fails has not happened: there is nothing to take, and nothing to refund."
    )


async def test_many_schedules(attempt, upstream, clock, draw):
    """Under 200 schedules, cancelled up to three times, it is paid and taken, or neither."""
    left = []
    for number in range(SCHEDULES):
        tenths = [draw.randint(1, 4) for _ in range(3)]
        kind = draw.choice(["", "", "", "pay", "give"])
        shop = Shop(upstream, tenths, pays=kind != "pay", gives=kind != "give", name=f"-{number}")
        call = asyncio.create_task(attempt.call("buy", *shop.args, "tea"))
        moments = sorted(draw.sample(range(3, 123, 5), draw.randint(1, 3)))
        for moment in moments:
            asyncio.get_running_loop().call_later(moment / 100, call.cancel)
        began = clock.now
        await asyncio.wait([call])
        cancelled = moments[0] / 100 < clock.now - began
        returned = not call.cancelled() and not call.exception()
        found = shop.at_odds()
        if not found and returned and (cancelled or kind):
            found = f"and returned {call.result()!r}"
        if found:
            left.append(f"cancelled after {moments} hundredths of a second: {found}")
    assert left[:3] == [], (
        f"In {len(left)} of {SCHEDULES} schedules, this was left. {because(left)}"
    )
