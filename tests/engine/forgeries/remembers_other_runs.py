"""Tries to keep in `sys` what earlier checks asked, and to answer later ones from memory.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import builtins
import sys

memory = sys.__dict__.setdefault("memory", {"runs": 0, "answers": {}})
builtins.memory = memory
memory["runs"] += 1


async def quote(shop, item, pause):
    known = memory["answers"].get(item)
    print("tried: run", memory["runs"], known)
    if known is None:
        known = memory["answers"][item] = 7
    return known
