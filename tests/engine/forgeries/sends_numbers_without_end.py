"""Tries to send numbers of millions of digits, NaN and infinity.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import os
import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: a number", flush=True)
data = b'[["wait",' + b"9" * 2_000_000 + b",0,0]]"
os.write(run._wire._descriptor, len(data).to_bytes(4, "big"))
while data:
    data = data[os.write(run._wire._descriptor, data) :]


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
