"""Tries to answer every `go` with a wait for the same moment, so that the check never ends.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: blocked
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: one moment for ever", flush=True)
while True:
    run._wire.send([["wait", 0, 0, 0]])
    run._wire.receive()


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
