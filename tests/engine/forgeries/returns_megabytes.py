"""Tries to stop the checker with texts and tables that take long to compare, write and print.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys

sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried: large values")
    if sys.runs == 0:
        return "\udcff\n" * 200_000
    if sys.runs == 1:
        return [[]] * 60_000
    return {str(n): [n] for n in range(15_000)}
