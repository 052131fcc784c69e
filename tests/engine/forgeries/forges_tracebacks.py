"""Tries to tell of errors at lines that there are not, of types and in groups that cannot be.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

import sys

from checker.attempt.raised import Raised

sys.runs = getattr(sys, "runs", -1) + 1


def told(types, message, lines, exceptions):
    return {
        "types": types,
        "message": message,
        "lines": lines,
        "exceptions": exceptions,
        "passed on": False,
    }


TOLD = [
    told(["Skipped"], "x", [[10**300, "f"]], []),
    told(["CheckFault", "LabError"], "at x:1 " * 50_000, [], [told(["A"], "", [], [])] * 5_000),
    told(["Stop"], "\ud800\x1b[2J<script>", [[-1, ""]] * 9_000, []),
    told([], "", [], []),
]
Raised.told = lambda self: TOLD[sys.runs % 4]


async def quote(shop, item, pause):
    print("tried: an error that there is not", flush=True)
    raise ValueError
