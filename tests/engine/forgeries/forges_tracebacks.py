"""Tries to tell of errors at lines that there are not, of types and in groups that cannot be.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: broke the wire
"""

import sys

from checker.attempt.raised import Raised

sys.runs = getattr(sys, "runs", -1) + 1
TOLD = [
    {"types": ["Skipped"], "message": "x", "lines": [[10**300, "f"]], "exceptions": []},
    {
        "types": ["CheckFault", "LabError"],
        "message": "at x:1 " * 50_000,
        "lines": [],
        "exceptions": [{"types": ["A"], "message": "", "lines": [], "exceptions": []}] * 5_000,
    },
    {
        "types": ["Stop"],
        "message": "\ud800\x1b[2J<script>",
        "lines": [[-1, ""]] * 9_000,
        "exceptions": [],
    },
    {"types": [], "message": "", "lines": [], "exceptions": []},
]
Raised.told = lambda self: TOLD[sys.runs % 4]


async def quote(shop, item, pause):
    print("tried: an error that there is not", flush=True)
    raise ValueError
