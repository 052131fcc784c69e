"""Tries to await the messages of an app's request in a call that is none.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: receive", flush=True)
    print("got:", run.borrower.ask("await", 1, "receive", []))
