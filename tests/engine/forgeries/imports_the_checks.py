"""Tries to import the checks, the engine and the course's solutions.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import importlib
import time

NAMES = [
    "checker.checks.01_blocking.test_never_block",
    "checker.engine.judge",
    "checker.engine.plugin",
    "checker.classroom.graded",
    "solutions.01_blocking.never_block",
    "tests.engine.corpus",
]
print("tried:", len(NAMES), "modules")
for name in NAMES:
    try:
        importlib.import_module(name)
        print("got:", name)
    except Exception as error:
        print(type(error).__name__)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
