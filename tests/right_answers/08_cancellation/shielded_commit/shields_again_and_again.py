import asyncio

import anyio


class Purchase:
    """One item, that is paid and taken, or neither."""

    def __init__(self, bank, stock, item, price):
        self.bank, self.stock, self.item, self.price = bank, stock, item, price

    async def go_through(self):
        await self.bank.get("pay", self.price)
        taken = False
        try:
            await self.stock.get("take", self.item)
            taken = True
        finally:
            if not taken:
                await self.bank.get("refund", self.price)


async def buy(prices, bank, stock, item):
    """Buy one of these; return what it cost."""
    price = await prices.get(item)
    purchase = asyncio.ensure_future(Purchase(bank, stock, item, price).go_through())
    cancelled = False
    with anyio.CancelScope(shield=True):
        while True:
            try:
                await asyncio.shield(purchase)
            except asyncio.CancelledError:
                cancelled = True
            except Exception:
                if not cancelled:
                    raise
                break
            else:
                break
    if cancelled:
        raise asyncio.CancelledError
    return price
