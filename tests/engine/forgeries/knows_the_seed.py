"""Tries to draw from the lab's own seed what the check drew, and to answer without asking.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

import random

from checker.lab import current

ITEMS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil", "figs", "nails"]


async def quote(shop, item, pause):
    seeds = [current.machine().seed, *range(2_000)]
    print("tried:", len(seeds), "seeds")
    for seed in seeds:
        draw = random.Random(seed)
        draw.randint(2, 5)
        price = draw.randint(100, 999)
        if draw.choice(ITEMS) == item and pause == 0.1:
            return price
    return random.randint(100, 999)
