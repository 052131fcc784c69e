import anyio


async def handle(stock, bank, order):
    reserved = await stock.get(order)
    return await bank.get(order) if reserved else "sold out"


async def order_all(stock, bank, orders):
    answers = [None] * len(orders)

    async def send(n):
        answers[n] = await handle(stock, bank, orders[n])

    async with anyio.create_task_group() as group:
        for n in range(len(orders)):
            group.start_soon(send, n)
    return answers
