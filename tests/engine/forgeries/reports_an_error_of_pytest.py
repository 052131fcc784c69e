"""Tries to report an error of a kind that the checker would take for a skip or a fault.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: a skip", flush=True)
run._out.append(["report", {"leaks": [], "error": ["Skipped", "forged"]}])


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
