"""Tries to find the checks, and what they compare with, in the frames of its process.

exercise: blocking/never_block
twin: exercises/01_blocking/never_block.py
"""

import sys
import time

frames = list(sys._current_frames().values())
frame = sys._getframe()
while frame is not None:
    frames.append(frame)
    frame = frame.f_back
print("tried:", len(frames), "frames")
for each in frames:
    code = each.f_code
    if code.co_name.startswith("test_") or "/checks/" in code.co_filename:
        print("got: the frame of a check")
    for name, value in list(each.f_locals.items()):
        if name in ("refusals", "tenths", "reporter", "draw", "item_of_check"):
            print("got: a local", name, value)


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
