"""Tries to write into a service as if it were a journal.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    print("tried: a note for the shop", flush=True)
    run._out.append(["write", 0, "a note"])
    return
