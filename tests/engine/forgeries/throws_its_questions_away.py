"""Tries to end calls of a service with thrown errors, so that they do not count.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""


async def quote(shop, item, pause):
    for _ in range(50):
        steps = shop._exchange(item, None)
        next(steps)
        steps.close()
    print("tried:", shop.calls, shop.cancelled, shop.in_flight, shop.peak)
    return
