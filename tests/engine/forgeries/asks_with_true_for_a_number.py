"""Tries to ask for a thing with True, which is a number and a truth value.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: True", flush=True)
    print("got:", run.borrower.ask("read", True, "calls"))
