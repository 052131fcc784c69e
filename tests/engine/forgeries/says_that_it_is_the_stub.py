"""Tries to answer the load once more, as the stub, and as no Python.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import time

from checker.lab import current

run = current.machine().clock.partner
print("tried: another answer to the load", flush=True)
run._out[:0] = [["stub"], ["loaded"], ["not python", "forged", 1, "forged"]]


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
