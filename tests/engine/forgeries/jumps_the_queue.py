"""Tries to have its turn before the check's own timers of the same moment, with false sequences.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

send = run._wire.send


def forged(batch):
    print("tried: a sequence of its own")
    send(
        [["wait", each[1], 0, each[3] + 9_000_000] if each[0] == "wait" else each for each in batch]
    )


run._wire.send = forged


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
