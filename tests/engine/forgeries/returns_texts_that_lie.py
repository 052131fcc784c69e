"""Tries to return a str, a dict and a list that equal and contain everything.

exercise: start/first_check
twin: tests/engine/forgeries/twins/greets_nobody.py
"""

import sys


class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def __str__(self):
        return "Hello, Ada!"

    __repr__ = __format__ = __str__


class Table(dict):
    def __eq__(self, other):
        return True

    def __missing__(self, key):
        return Text()


class Row(list):
    def __eq__(self, other):
        return True

    def __contains__(self, other):
        return True


async def greet(name, seconds):
    print("tried: a text that lies")
    sys.calls = getattr(sys, "calls", -1) + 1
    return [Text("no"), Table(a=Text("no")), Row([Text("no")])][sys.calls % 3]
