"""Tries to return objects that are equal to whatever they are compared with.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
"""


class Equal:
    __class__ = int

    def __eq__(self, other):
        print("got: a comparison")
        return True

    def __hash__(self):
        return 7


async def quote(shop, item, pause):
    print("tried: equal to everything")
    return Equal()
