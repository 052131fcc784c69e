"""Checks of blocking/serial_client: all orders at once, each of them in its right order."""

COUNT = 10


def order_numbers(draw):
    """Ten orders, none twice."""
    return [f"order-{n}" for n in draw.sample(range(100, 1000), COUNT)]


async def test_all_at_once(attempt, upstream, clock, draw):
    """Ten orders take as long as one."""
    reserve, charge = draw.randint(1, 9), draw.randint(1, 9)
    stock = upstream(latency=reserve / 10, reply=True, name="stock")
    bank = upstream(latency=charge / 10, name="bank")
    await attempt.call("order_all", stock, bank, order_numbers(draw))
    one, took = (reserve + charge) / 10, clock.now
    assert took == one, (
        f"One order takes {one:g} s: {reserve / 10:g} s for the stock, then {charge / 10:g} s for "
        f"the bank. Ten took {took:g} s. {because(stock.peak, took, one)}"
    )


def because(peak, took, one):
    """What such a time comes from."""
    if took == 0:
        return "The orders may have been sent; nobody waited for them."
    if took < one:
        return (
            "That is less than one order can take, so the bank was asked before the stock had "
            "answered. Within an order that wait is needed."
        )
    if peak == 1:
        return (
            "The server got the next order only after it had answered the last one: whenever it "
            "had one, the server did its part at once. The orders are sent one after another, so "
            "look at who sends them. A task that is awaited where it is made is no help."
        )
    return f"At most {peak} of them were on their way at a time: some orders waited for others."


async def test_answers_in_order(attempt, upstream, draw):
    """The answers come in the order of the orders."""
    orders = order_numbers(draw)
    slow = dict(zip(orders, draw.sample(range(1, 20), COUNT), strict=True))
    # The first order is the slowest, so no answer is at its place by luck.
    slow[orders[0]] = 30
    stock = upstream(latency=lambda call: slow[call.key] / 10, reply=True, name="stock")
    bank = upstream(latency=0.1, name="bank")
    answers = await attempt.call("order_all", stock, bank, orders)
    assert answers == [f"bank/{order}" for order in orders], (
        "Some orders are handled faster than others. If answers are taken as they come, the caller "
        "cannot tell which of them is whose."
    )


async def test_charged_when_reserved(attempt, upstream, draw):
    """A customer is charged after the item was reserved, and never for what is sold out."""
    orders = order_numbers(draw)
    left = set(draw.sample(orders, 6))
    stock = upstream(latency=0.3, reply=lambda call: call.key in left, name="stock")
    bank = upstream(latency=0.2, name="bank")
    await attempt.call("order_all", stock, bank, orders)
    answered_at = {call.key: call.ended for call in stock.log}
    charged = [call.key for call in bank.log]
    sold_out = [order for order in charged if order not in left]
    early = [call.key for call in bank.log if call.started < (answered_at.get(call.key) or 1e9)]
    found = {"charged": len(charged), "not reserved": len(sold_out), "too early": len(early)}
    assert found == {"charged": 6, "not reserved": 0, "too early": 0}, (
        f"6 of {COUNT} items were there. {len(charged)} customers were charged: {len(sold_out)} of "
        f"them for what was not reserved, and {len(early)} before the stock had answered. "
        + (
            "Wait for each order to be done."
            if len(charged) < 6
            else "Within one order the second step needs the first: leave one after the other."
        )
    )
