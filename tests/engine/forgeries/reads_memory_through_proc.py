"""Tries to read the memory of its parent and of the check's process through /proc.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import os
import time

parent = os.getppid()
for pid in ("self", parent, 1, *range(max(2, parent - 20), parent)):
    for what in ("maps", "mem", "environ", "cmdline", "fd", "root/etc/passwd", "stack"):
        path = f"/proc/{pid}/{what}"
        try:
            if what == "fd":
                print("got:", path, os.listdir(path))
            else:
                with open(path, "rb") as file:
                    print("got:", path, file.read(60))
        except (OSError, ValueError):
            pass
print("tried:", parent > 0)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
