"""Tries to let the checks end, and to die when it is asked for its signs.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: crashed
"""

import os
import time

from checker.attempt.guest_run import Wire

receive = Wire.receive


def dies(self):
    batch = receive(self)
    if batch[0][0] == "signs":
        print("tried: an end after the end", flush=True)
        os._exit(0)
    return batch


Wire.receive = dies


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
