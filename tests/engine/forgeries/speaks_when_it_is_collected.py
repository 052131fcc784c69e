"""Tries to speak on the wire from finalizers, wherever the collector runs them.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

import gc

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


class Speaks:
    def __del__(self):
        print("tried: a finalizer", flush=True)
        run._out.append(["done", 1, ["value", 7]])


async def quote(shop, item, pause):
    ring = [Speaks()]
    ring.append(ring)
    del ring
    gc.collect()
    return
