"""Tries to replace what services, journals and the clock tell, where it can reach them.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.attempt import borrowed, journal, values
from checker.lab import current

print("tried: counts of its own")
for name in ("calls", "peak", "in_flight", "cancelled"):
    setattr(borrowed._Upstream, name, 10)
borrowed._Upstream.log = []
journal.Journal.values = []
values.cross = lambda value, what="": value
current.machine().clock.seconds = lambda: 0.0
current.machine().blocking.found = []


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
