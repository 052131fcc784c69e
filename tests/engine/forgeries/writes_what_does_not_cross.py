"""Tries to write tables whose keys are numbers, and references, into a journal.

exercise: event_loop/round_robin
twin: tests/engine/forgeries/twins/runs_nothing.py
ended: broke the wire
"""

from checker.lab import current

guest = current.machine().clock.partner


def run(programs):
    print("tried: a key that is no text", flush=True)
    guest._out.append(["write", 0, {"$": "d", "v": [[1, 2]]}])
    return []
