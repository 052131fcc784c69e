# fails: all_at_once | says: some orders waited for others
import asyncio


async def handle(stock, bank, order):
    if not await stock.get(order):
        return "sold out"
    return await bank.get(order)


async def order_all(stock, bank, orders):
    answers = []
    while orders:
        batch, orders = orders[:5], orders[5:]
        answers += await asyncio.gather(*(handle(stock, bank, order) for order in batch))
    return answers
