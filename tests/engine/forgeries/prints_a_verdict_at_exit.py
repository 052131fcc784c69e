"""Tries to print a verdict and records as a fork sends them, and then to leave with code 0.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: crashed
"""

import atexit
import json
import os

CHECKS = ["price", "pauses", "ten_at_once", "loop_never_held"]


@atexit.register
def tell():
    print("tried: records on stdout")
    for fd in (1, 2):
        for name in CHECKS:
            record = {"check": {"id": name, "title": name, "outcome": "passed"}}
            os.write(fd, f"\n{'0' * 32} {json.dumps(record)}\n".encode())
        os.write(fd, b'{"done": "exit"}\n{"outcome":"passed","points":100}\n')


async def quote(shop, item, pause):
    tell()
    os._exit(0)
