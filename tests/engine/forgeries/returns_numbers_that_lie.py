"""Tries to return an int whose class compares, adds and hashes as it likes.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""


class Price(int):
    __class__ = int

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __add__(self, other):
        return self

    __radd__ = __index__ = __int__ = __add__

    def __hash__(self):
        return 7


async def quote(shop, item, pause):
    print("tried: an int that lies")
    return Price(1)
