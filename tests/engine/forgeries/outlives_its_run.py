"""Tries to leave a thread behind that speaks on the wire in the runs that follow.

exercise: blocking/never_block
twin: tests/engine/forgeries/twins/gives_up.py
ended: *
"""

import ctypes
import sys

from checker.lab import current
from checker.lab.originals import monotonic

run = current.machine().clock.partner  # the GuestRun: here are the wire and what it is to say


def wait(seconds):
    end = monotonic() + seconds
    while monotonic() < end:
        pass


def speak(nothing):
    wait(0.06)
    print("tried: a thread that stays", flush=True)
    run._wire.send([["done", 1, ["value", 7]], ["wait", None, 0, 0]])


if not hasattr(sys, "left"):
    sys.left = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(speak)
    ctypes.pythonapi.PyThread_start_new_thread(sys.left, None)


async def quote(shop, item, pause):
    wait(0.04)
    return
