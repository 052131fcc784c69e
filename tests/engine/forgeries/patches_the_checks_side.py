"""Tries to patch the classes with which the check's side hears it, in its own process.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.attempt import far, far_run, lent, line

print("tried: the check's side is patched")
far_run.FarRun._hear = far_run.FarRun._report = lambda self, message: None
far.Far.call = lambda self, *args: 7
lent.Lender.answer = lambda self, message: ["value", 7]
line.Line.receive = lambda self: [["done", 1, ["value", 7]]]


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
