# fails: cancelled, has_ended | says: wherever `offer` ends
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    rate = asyncio.create_task(rates.get(item))
    await asyncio.sleep(0)
    draw(seconds)
    try:
        there = await stock.get(item)
    except Exception:
        rate.cancel()
        raise
    if not there:
        rate.cancel()
        return "sold out"
    return await rate
