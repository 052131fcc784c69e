# fails: cancelled, taking_fails, many_schedules | says: the money is gone
import asyncio

import anyio


async def pay_and_take(bank, stock, item, price):
    """Both, or neither."""
    await bank.get("pay", price)
    await stock.get("take", item)


async def surely(work):
    """Do this to its end, however often it is cancelled; the CancelledError goes out behind it."""
    task, cancelled = asyncio.create_task(work), None
    with anyio.CancelScope(shield=True):
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await surely(pay_and_take(bank, stock, item, price))
    return price
