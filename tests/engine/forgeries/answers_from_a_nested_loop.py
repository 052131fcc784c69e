"""Tries to serve other calls from inside of its wait, in a loop of its own.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import time
from contextlib import suppress

from checker.lab import current

print("tried: the step of a task from within another")


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        end = current.machine().clock.now + round(pause * 1e9)
        while current.machine().clock.now < end:
            time.sleep(0.05)
            ready = current.machine().loop._ready
            while ready:
                handle = ready.popleft()
                with suppress(RuntimeError):
                    handle._run()
        price = shop.get_blocking(item)
    return price
