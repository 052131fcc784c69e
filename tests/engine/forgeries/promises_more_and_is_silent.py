"""Tries to send the head of a frame and then nothing, so that the checker waits for ever.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: blocked
"""

import os
import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: silence", flush=True)
os.write(run._wire._descriptor, b"\0\1\0\0[")
while True:
    pass


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
