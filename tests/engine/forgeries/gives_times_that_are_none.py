"""Tries to make a check that works with its answers fail in its own code, or run for ever.

exercise: blocking/break_it
twin: tests/engine/forgeries/twins/breaks_nothing.py
"""

import sys

sys.runs = getattr(sys, "runs", -1) + 1
ODD = [float("nan"), float("inf"), -1, 1e300, 10**900, "1", None, [1]]


def latencies(count, gap):
    print("tried: latencies")
    return [ODD[(sys.runs * 4 + n) % 8] for n in range(count)]


def unseen(period):
    print("tried: a block that does not end")
    return [ODD[sys.runs % 2], 1e300]
