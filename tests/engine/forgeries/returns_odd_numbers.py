"""Tries to return NaN, -0.0, infinity, True, a huge number and lone surrogates for a price.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys

ODD = [float("nan"), -0.0, float("inf"), True, 10**1200, "\ud800\udfff"]
sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried:", ascii(ODD[sys.runs % 6])[:20])
    return ODD[sys.runs % 6]
