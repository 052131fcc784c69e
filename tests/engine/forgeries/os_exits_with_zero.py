"""Tries to end its process at once with exit code 0, before any check can fail.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: crashed
"""

import os


async def quote(shop, item, pause):
    print("tried: os._exit(0)", flush=True)
    os._exit(0)
