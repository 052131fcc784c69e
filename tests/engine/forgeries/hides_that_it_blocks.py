"""Tries to leave out of what it tells that its loop was held.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.lab import current

clock = current.machine().clock
clock.when_blocked = lambda began, on: print("tried: to hide a block")


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
