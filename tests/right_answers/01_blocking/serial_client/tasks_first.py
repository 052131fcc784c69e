import asyncio


async def handle(stock, bank, order):
    if not await stock.get(order):
        return "sold out"
    return await bank.get(order)


async def order_all(stock, bank, orders):
    tasks = [asyncio.create_task(handle(stock, bank, order)) for order in orders]
    return [await task for task in tasks]
