import asyncio
from contextlib import asynccontextmanager

from checker import lab


@asynccontextmanager
async def under_way(coroutine):
    task = asyncio.ensure_future(coroutine)
    try:
        await asyncio.sleep(0)
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def offer(stock, rates, item, seconds):
    async with under_way(rates.get(item)) as rate:
        lab.cpu(seconds)
        return await rate if await stock.get(item) else "sold out"
