# fails: ten_at_once, loop_never_held | says: holds the loop until the answer is there
import asyncio


async def ask(shop, item):
    return shop.get_blocking(item)


async def quote(shop, item, pause):
    price = await ask(shop, item)
    while price is None:
        await asyncio.sleep(pause)
        price = await ask(shop, item)
    return price
