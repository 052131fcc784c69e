# fails: ten_at_once | says: the few threads of asyncio.to_thread
import asyncio


async def quote(shop, item, pause):
    price = await asyncio.to_thread(shop.get_blocking, item)
    while price is None:
        await asyncio.sleep(pause)
        price = await asyncio.to_thread(shop.get_blocking, item)
    return price
