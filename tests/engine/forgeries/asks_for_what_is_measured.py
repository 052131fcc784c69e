"""Tries to read what only checks measure with: the log of a service.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: the log", flush=True)
    print("got:", run.borrower.ask("read", 0, "log"))
