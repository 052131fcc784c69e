# fails: answers_in_order | says: which of them is whose
import asyncio


async def handle(stock, bank, order):
    if not await stock.get(order):
        return "sold out"
    return await bank.get(order)


async def order_all(stock, bank, orders):
    sent = [handle(stock, bank, order) for order in orders]
    return [await answer for answer in asyncio.as_completed(sent)]
