"""Tries to raise skip, xfail, exit and fail through the boundary, one in each check.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys

from _pytest import outcomes

KINDS = [outcomes.Skipped, outcomes.XFailed, outcomes.Exit, outcomes.Skipped]
sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried:", KINDS[sys.runs % 4].__name__)
    raise KINDS[sys.runs % 4]("forged")
