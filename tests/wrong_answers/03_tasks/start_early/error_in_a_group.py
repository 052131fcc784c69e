# fails: errors, error_of_no_matter | says: nor wrap it in a group
import asyncio

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    async with asyncio.TaskGroup() as group:
        rate = group.create_task(rates.get(item))
        await asyncio.sleep(0)
        draw(seconds)
        if not await stock.get(item):
            rate.cancel()
            return "sold out"
        return await rate
