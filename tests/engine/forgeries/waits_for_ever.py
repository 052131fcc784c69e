"""Tries to say that it waits for what never comes, while it has things to do.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: an endless wait")
send = run._wire.send


def forged(batch):
    send([["wait", None, 0, 0] if each[0] == "wait" else each for each in batch])


run._wire.send = forged


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
