# fails: all_at_once, charged_when_reserved | says: the server did its part at once
import asyncio


async def handle(stock, bank, order):
    reserved, receipt = await asyncio.gather(stock.get(order), bank.get(order))
    return receipt if reserved else "sold out"


async def order_all(stock, bank, orders):
    answers = []
    for order in orders:
        answer = await asyncio.create_task(handle(stock, bank, order))
        answers.append(answer)
    return answers
