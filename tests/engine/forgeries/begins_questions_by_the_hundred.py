"""Tries to leave hundreds of calls of a service under way, so that its counts come out large.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""

from checker.lab import current

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


async def quote(shop, item, pause):
    open_ones = [shop._exchange(item, None) for _ in range(300)]
    for each in open_ones:
        next(each)
    print("tried:", shop.in_flight)
    run.forgotten = open_ones
    return
