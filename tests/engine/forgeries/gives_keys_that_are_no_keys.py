"""Tries to make the check fail in its own code, with keys that cannot be compared or hashed.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""


async def quote(shop, item, pause):
    for key in ([1], {"a": 1}, None, float("nan"), "\ud800", 10**1200, ("a", ["b"])):
        try:
            answer = await shop.get(key)
        except Exception as error:
            answer = type(error).__name__
        print("tried:", ascii(answer))
    return
