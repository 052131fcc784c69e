# fails: pauses, ten_at_once | says: nor does a pause of 0 s
import asyncio


async def quote(shop, item, pause):
    while (price := await shop.get(item)) is None:
        await asyncio.sleep(0)
    return price
