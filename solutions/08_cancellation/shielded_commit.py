"""Shielded commit

`buy` asks for the price, pays it, and takes the goods. Cancelled between the last two, it leaves
someone who has paid for nothing. Mend it: wherever it is cancelled, and however often, both of
them have happened when it ends, or neither.

- As long as it asks for the price, nothing has happened: cancelled there, it ends at once.
- From the call to the bank on, it goes through. What has begun is done to its end; only then the
  CancelledError goes out. Nothing goes on behind it.
- If the goods cannot be taken, the bank is asked to `refund` the price, and the error goes out. A
  payment that fails has not happened.

The cancellation may come from a scope of anyio, too.
"""

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
