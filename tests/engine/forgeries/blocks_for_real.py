"""Tries to block outside of the lab's clock, where no virtual time passes.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import ctypes

print("tried: sleeps of the C library")


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        ctypes.CDLL(None).usleep(int(pause * 1000))
        price = shop.get_blocking(item)
    return price
