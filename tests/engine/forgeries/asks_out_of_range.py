"""Tries to ask for things with numbers that were never handed out.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

import sys

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried: number -1", flush=True)
    print("got:", run.borrower.ask("read", -1, "calls"))
