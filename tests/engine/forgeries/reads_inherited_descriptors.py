"""Tries to read files, folders and pipes that were left open for it.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import os
import stat
import time

found = 0
for fd in range(3, 1024):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    found += 1
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        print("got: descriptor", fd, oct(mode))
    if stat.S_ISDIR(mode):
        print("got:", os.listdir(fd))
print("tried:", found, "descriptors")


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
