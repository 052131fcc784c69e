# fails: sold_out, error_of_no_matter, asked_for_first, errors, cancelled, has_ended | says: wait
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    there = asyncio.create_task(stock.get(item))
    rate = asyncio.create_task(rates.get(item))
    await asyncio.sleep(0)
    draw(seconds)
    there, rate = await asyncio.gather(there, rate)
    return rate if there else "sold out"
