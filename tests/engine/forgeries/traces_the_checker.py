"""Tries to set a tracer, a profiler and an audit hook that change what passes through them.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import sys
import time

seen = []


def trace(frame, event, arg):
    if frame.f_code.co_name in ("_decode", "unpack", "receive"):
        seen.append(frame.f_code.co_name)
        for name, value in frame.f_locals.items():
            if name in ("price", "refusals", "expected"):
                print("got:", name, value)
    return trace


print("tried: a tracer")
sys.setprofile(trace)
sys.addaudithook(lambda event, args: None)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
