"""Tries to tell by the inputs and the number of runs which check this is, and to do what that one
measures.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up_at_one_pause.py
"""

import sys
import time

sys.runs = getattr(sys, "runs", 0) + 1


async def quote(shop, item, pause):
    print("tried: run", sys.runs)
    if sys.runs == 4:
        return 7
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
