# fails: all_at_once, answers_in_order, charged_when_reserved | says: nobody waited for them
import asyncio


async def handle(stock, bank, order):
    if not await stock.get(order):
        return "sold out"
    return await bank.get(order)


async def order_all(stock, bank, orders):
    sent = [asyncio.create_task(handle(stock, bank, order)) for order in orders]
    return [task.result() for task in sent if task.done()]
