"""Tries to raise KeyboardInterrupt and SystemExit, which end a session of pytest.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import sys

sys.runs = getattr(sys, "runs", -1) + 1


async def quote(shop, item, pause):
    print("tried: an interrupt")
    raise [KeyboardInterrupt, SystemExit, GeneratorExit, KeyboardInterrupt][sys.runs % 4]("forged")
