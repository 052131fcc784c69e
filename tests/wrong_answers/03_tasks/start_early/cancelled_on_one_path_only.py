# fails: errors, cancelled, has_ended | says: leaves by another door
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    rate = asyncio.create_task(rates.get(item))
    await asyncio.sleep(0)
    draw(seconds)
    if not await stock.get(item):
        rate.cancel()
        return "sold out"
    return await rate
