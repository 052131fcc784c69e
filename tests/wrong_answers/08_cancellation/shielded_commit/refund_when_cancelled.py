# fails: cancelled, scope, taking_fails, many_schedules | says: one of the two may have happened
async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await bank.get("pay", price)
    try:
        await stock.get("take", item)
    except BaseException:
        await bank.get("refund", price)
        raise
    return price
