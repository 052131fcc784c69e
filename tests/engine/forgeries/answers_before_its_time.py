"""Tries to say `done` for its own call, with a value, while it still holds the loop.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: *
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: done at once")
run._out.append(["done", 1, ["value", 7]])
send = run._wire.send


def forged(batch):
    if ["done", 1, ["value", 7]] not in batch:
        batch = [each for each in batch if each[0] != "done"]
    send(batch or [["wait", None, 0, 0]])


run._wire.send = forged


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
