# fails: cancelled, many_schedules | says: Nobody hears of it
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
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue
    return task.result()


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await surely(pay_and_take(bank, stock, item, price))
    return price
