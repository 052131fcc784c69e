"""Tries to stop the checker with errors whose words and groups take long to write and to search.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""


async def quote(shop, item, pause):
    print("tried: words without end")
    words = " at x:1" * 1_000 + " at 0x" + "f" * 20_000 + "a" * 200_000
    group = ValueError(words)
    for _ in range(8):
        group = ExceptionGroup(words, [group, ValueError(words)] * 4)
    raise group
