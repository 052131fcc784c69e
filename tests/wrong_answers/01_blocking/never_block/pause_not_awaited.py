# fails: pauses, ten_at_once | says: that is not awaited does not sleep
import asyncio


async def quote(shop, item, pause):
    price = await shop.get(item)
    while price is None:
        asyncio.sleep(pause)
        price = await shop.get(item)
    return price
