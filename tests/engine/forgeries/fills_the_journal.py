"""Tries to write more into a journal than it holds, past the limit of its own side.

exercise: event_loop/round_robin
twin: tests/engine/forgeries/twins/runs_nothing.py
ended: *
"""

from checker.lab import current

guest = current.machine().clock.partner


def run(programs):
    print("tried: a journal that is full", flush=True)
    guest._out += [["write", n % 2, n] for n in range(200_002)]
    return []
