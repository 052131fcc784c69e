"""Tries to call `reset` of a service, which forgets what was counted.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: reset", flush=True)
    print("got:", run.borrower.do(0, "reset"))
