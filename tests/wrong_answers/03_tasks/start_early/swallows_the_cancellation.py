# fails: cancelled | says: as if nothing had happened
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    rate = asyncio.create_task(rates.get(item))
    try:
        await asyncio.sleep(0)
        draw(seconds)
        if not await stock.get(item):
            return "sold out"
        return await rate
    except asyncio.CancelledError:
        return "sold out"
    finally:
        rate.cancel()
        await asyncio.gather(rate, return_exceptions=True)
