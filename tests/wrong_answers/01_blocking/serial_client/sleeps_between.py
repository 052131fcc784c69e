# fails: all_at_once | says: one after another
import asyncio


async def handle(stock, bank, order):
    if not await stock.get(order):
        return "sold out"
    return await bank.get(order)


async def order_all(stock, bank, orders):
    answers = []
    for order in orders:
        answers.append(await handle(stock, bank, order))
        await asyncio.sleep(0)
    return answers
