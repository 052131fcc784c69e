# fails: charged_when_reserved | says: for what was not reserved
import asyncio


async def handle(stock, bank, order):
    receipt = await bank.get(order)
    return receipt if await stock.get(order) else "sold out"


async def order_all(stock, bank, orders):
    return await asyncio.gather(*(handle(stock, bank, order) for order in orders))
