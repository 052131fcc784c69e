"""Tries to take a service's answer at once, without the wait in front of it.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import time

from checker.lab.services import steps

print("tried: a service that takes no time")


def at_once(pause):
    return False


steps._wait_blocking = at_once


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
