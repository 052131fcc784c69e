# fails: all_at_once, charged_when_reserved | says: less than one order can take
import asyncio


async def handle(stock, bank, order):
    reserved, receipt = await asyncio.gather(stock.get(order), bank.get(order))
    return receipt if reserved else "sold out"


async def order_all(stock, bank, orders):
    return await asyncio.gather(*(handle(stock, bank, order) for order in orders))
