# fails: ten_at_once, loop_never_held | says: `async def` alone does not change that
import asyncio


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        await asyncio.sleep(pause)
        price = shop.get_blocking(item)
    return price
