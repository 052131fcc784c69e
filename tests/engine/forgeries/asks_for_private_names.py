"""Tries to call a dunder of a service, and to come to its class and its globals.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: __init__", flush=True)
    print("got:", run._ask(["begin", 0, "__init__", [], {"latency": 0}]))
