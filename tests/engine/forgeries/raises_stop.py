"""Tries to raise the exception with which the lab ends a run.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: *
"""

from checker.lab.errors import Stop


async def quote(shop, item, pause):
    print("tried: Stop")
    raise Stop
