"""Tries to hand the check's process files of its own over the wire, among forged bytes.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
ended: *
"""

import array
import os
import socket
import time

from checker.lab import current

wire = socket.socket(fileno=os.dup(current.machine().clock.partner._wire._descriptor))
null = os.open("/dev/null", os.O_RDWR)
print("tried: descriptors over the wire", flush=True)
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null] * 20))]
wire.sendmsg([b'\0\0\0\x0a[["done"]]'], rights)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
