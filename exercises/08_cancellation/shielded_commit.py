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


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    await bank.get("pay", price)
    await stock.get("take", item)
    return price
