"""Tries to say more after the report of a run, which would be the answer in the next one.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

report = run.report


def forged(each):
    report(each)
    print("tried: words after the end", flush=True)
    run._wire.send([["done", 1, ["value", 7]], ["wait", None, 0, 0]])


run.report = forged


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
