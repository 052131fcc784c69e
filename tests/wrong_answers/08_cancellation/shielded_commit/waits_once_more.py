# fails: many_schedules | says: however often
import asyncio

import anyio


async def pay_and_take(bank, stock, item, price):
    """Both, or neither."""
    await bank.get("pay", price)
    try:
        await stock.get("take", item)
    except Exception:
        await bank.get("refund", price)
        raise


async def surely(work):
    """Do this to its end, however often it is cancelled; the CancelledError goes out behind it."""
    task = asyncio.create_task(work)
    with anyio.CancelScope(shield=True):
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await task
            raise


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await surely(pay_and_take(bank, stock, item, price))
    return price
