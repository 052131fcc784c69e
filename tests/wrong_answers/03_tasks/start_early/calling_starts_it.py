# fails: asked_for_first, time | says: does nothing until it is awaited

from checker import lab


def draw(seconds):
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    rate = rates.get(item)
    try:
        draw(seconds)
        if not await stock.get(item):
            return "sold out"
        return await rate
    finally:
        rate.close()
