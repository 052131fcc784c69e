"""Tries to answer a call again, when the check has gone on with the first answer.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

end = run._perform


async def perform(number, work):
    await end(number, work)
    print("tried: done again", flush=True)
    run._out.append(["done", number, ["value", 8]])


run._perform = perform


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
