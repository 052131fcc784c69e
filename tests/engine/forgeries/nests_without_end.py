"""Tries to stop the checker with a batch that is nested a million deep.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: broke the wire
"""

import os
import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: a nest", flush=True)
data = b'[["done",1,["value",' + b"[" * 1_000_000
os.write(run._wire._descriptor, len(data).to_bytes(4, "big"))
while data:
    data = data[os.write(run._wire._descriptor, data) :]


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
