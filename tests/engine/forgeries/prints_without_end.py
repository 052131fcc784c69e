"""Tries to print more than is kept, so that the verdict is lost among it.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: printed too much
"""

import time

print("tried: a flood")
print("passed\n" * 1_000_000)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
