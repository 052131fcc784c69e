# fails: cancelled | says: another task than the one
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    rate = asyncio.create_task(rates.get(item))
    await asyncio.sleep(0)
    try:
        draw(seconds)
        if not await stock.get(item):
            return "sold out"
        return await rate
    finally:
        rate.cancel()
        await asyncio.gather(rate, return_exceptions=True)
