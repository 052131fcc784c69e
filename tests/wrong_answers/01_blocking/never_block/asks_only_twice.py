# fails: price, pauses | says: for as long as the answer is None
import asyncio


async def quote(shop, item, pause):
    price = await shop.get(item)
    if price is None:
        await asyncio.sleep(pause)
        price = await shop.get(item)
    return price
