"""Tries to hold the loop in very short sleeps, of which each is too short to be told.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.lab import current

clock = current.machine().clock
clock.when_blocked = lambda began, on: None


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    print("tried: slices")
    while price is None:
        for _ in range(100):
            time.sleep(pause / 100)
        price = shop.get_blocking(item)
    return price
