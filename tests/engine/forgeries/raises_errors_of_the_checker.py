"""Tries to raise errors of the checker's own names, so that the fault is taken for the checker's.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys

from checker.attempt.line import Gone
from checker.lab.errors import Deadlock, Interrupted, Stop

NAMES = ["CheckFault", "UsageError", "KeyboardInterrupt", "AssertionError"]
sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried: errors of the checker")
    kinds = [Gone("blocked"), Deadlock("forged"), Interrupted("forged"), Stop("forged")]
    name = NAMES[sys.runs % 4]
    kind = type(name, (Exception,), {"__module__": "checker.engine.plugin"})
    raise BaseExceptionGroup("forged", [kinds[sys.runs % 4], kind("forged")])
