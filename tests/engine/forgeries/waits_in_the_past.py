"""Tries to say that it waits until moments that have been, or that are no times.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import sys
import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

sys.runs = getattr(sys, "runs", -1) + 1
print("tried: a wait until", [-5, 0, 1.5, True][sys.runs % 4], flush=True)
run._out += [["wait", 0, 0, 0], ["wait", [-5, 0, 1.5, True][sys.runs % 4], 0, 0]]


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
