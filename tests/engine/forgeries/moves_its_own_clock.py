"""Tries to move the clock of its process on by itself, and to wait for nothing.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time

from checker.lab import current

clock = current.machine().clock


def sleep(seconds):
    print("tried: its own clock")
    clock.now += round(seconds * 1e9)


time.sleep = sleep


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
