"""Tries to report every run as one that went well, with the errors left out.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

print("tried: errors left out")
run._error = lambda error: None


async def quote(shop, item, pause):
    raise ValueError("this is not told")
