"""Tries to let no wait take any time, with the lab's clock patched.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time

from checker.lab.clock import Clock

print("tried: a clock that stands still")
Clock.sleep = lambda self, duration, then, on: None
Clock.park = lambda self, deadline, then, on: False


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
