"""Tries to stop the checker with a table of numbers that all have the same hash.

exercise: event_loop/round_robin
twin: tests/engine/forgeries/twins/runs_nothing.py
ended: broke the wire
"""

from checker.lab import current

guest = current.machine().clock.partner
PRIME = 2**61 - 1


def run(programs):
    print("tried: one hash for all keys", flush=True)
    pairs = [[n * PRIME, 0] for n in range(60_000)]
    guest._out.append(["write", 0, {"$": "d", "v": pairs}])
    return []
