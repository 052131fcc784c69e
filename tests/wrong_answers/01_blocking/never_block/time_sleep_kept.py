# fails: ten_at_once, loop_never_held | says: so it is the pause
import time


async def quote(shop, item, pause):
    price = await shop.get(item)
    while price is None:
        time.sleep(pause)
        price = await shop.get(item)
    return price
