"""Tries to give the signs of life itself, while its program holds the loop.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/one_at_a_time_in_a_thread.py
"""

import time

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say

do = run._do


def answers(message):
    if message == ["ping"]:
        print("tried: a sign of life")
        run._out.append(["pong"])
    else:
        do(message)


run._do = answers
clock = current.machine().clock
clock.when_blocked = lambda began, on: None


async def quote(shop, item, pause):
    price = shop.get_blocking(item)
    while price is None:
        time.sleep(pause)
        price = shop.get_blocking(item)
    return price
