"""Tries to report a run that ended well, before the check has ended.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: a report without error", flush=True)
run._out.append(["report", {"leaks": [], "error": None}])


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
