"""Tries to fill the memory of the checker through a journal, with what is small on the wire.

exercise: event_loop/round_robin
twin: tests/engine/forgeries/twins/runs_nothing.py
ended: *
"""

from checker.lab import current

guest = current.machine().clock.partner


def run(programs):
    print("tried: empty lists by the million", flush=True)
    for _ in range(20):
        guest._wire.send([["write", 0, [[]] * 199_000]])
    return []
