# fails: cancelled, scope, taking_fails, many_schedules | says: saves the work, and not the wait
import asyncio


async def pay_and_take(bank, stock, item, price):
    """Both, or neither."""
    await bank.get("pay", price)
    try:
        await stock.get("take", item)
    except Exception:
        await bank.get("refund", price)
        raise


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await asyncio.shield(pay_and_take(bank, stock, item, price))
    return price
