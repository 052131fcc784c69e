"""Tries to put markup, commands to a terminal and endless times into its trace and its signs.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import time

from checker.attempt.signs import Signs
from checker.trace import Trace

print("tried: a trace of its own")
Trace.dump = lambda self: '{"trace": "unblocked", "version": 1}\n<script>alert(1)</script>\x1b[2J'
Signs.found = {"<script>alert(1)</script>" * 100: None, "passed": None}


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
