"""Tries to end its process with exit code 0, as a runner does whose tests passed.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys


async def quote(shop, item, pause):
    print("tried: sys.exit(0)")
    sys.exit(0)
