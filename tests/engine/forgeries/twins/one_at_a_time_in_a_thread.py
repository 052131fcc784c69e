"""Lets others run while it waits, and has them wait for it all the same."""

import asyncio
import time

LOCK = asyncio.Lock()


def ask(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price


async def quote(shop, item, pause):
    async with LOCK:
        return await asyncio.to_thread(ask, shop, item, pause)
