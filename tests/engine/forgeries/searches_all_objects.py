"""Tries to find the checks, the price and the other submissions among all objects of its process.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import gc
import time
import types

gc.unfreeze()
objects = [] if hasattr(gc, "searched") else gc.get_objects()
gc.searched = True
print("tried:", len(objects), "objects")
for each in objects:
    if type(each) is types.FunctionType:
        file = each.__code__.co_filename
        if "/checks/" in file or "/solutions/" in file or each.__name__ == "shop_that_learns":
            print("got: a function of a check")
    elif type(each) is types.ModuleType:
        name = each.__name__
        if name.startswith(("checker.engine", "checker.checks", "checker.classroom", "test_")):
            print("got: the module", name)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
