"""Tries to report its run as ended by the lab itself, so that the fault is not its own.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: *
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: an error of the lab", flush=True)
run._out.append(["report", {"leaks": [], "error": ["LabError", "the lab is broken"]}])


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
