import asyncio


async def quote(shop, item, pause):
    price = await shop.get(item)
    if price is not None:
        return price
    await asyncio.sleep(pause)
    return await quote(shop, item, pause)
