"""Tries to move the check's clock on by a hundred years, and to numbers that are none.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: *
"""

import sys
import time


async def quote(shop, item, pause):
    print("tried: a hundred years")
    time.sleep([4_000_000_000, 1e300, 4_611_686_018.0, 2**62][sys.runs % 4])
    return 7


sys.runs = getattr(sys, "runs", -1) + 1
