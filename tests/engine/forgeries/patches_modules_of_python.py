"""Tries to patch json, struct, os, asyncio and time in its process.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import asyncio
import json
import os
import struct
import time

print("tried: patched modules")
json.dumps = json.loads = lambda *args, **kwargs: "passed"
struct.pack = lambda *args: b""
os.read = os.write = lambda *args: b"passed"
asyncio.sleep = lambda *args: None
time.monotonic = time.perf_counter = lambda: 0.0


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
