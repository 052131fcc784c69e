"""Tries to make a check fail in its own code, with notes of other types than material writes.

exercise: event_loop/round_robin
twin: tests/engine/forgeries/twins/runs_nothing.py
"""

from checker.lab import current

guest = current.machine().clock.partner


def run(programs):
    print("tried: notes of all types")
    for value in (None, [], {}, 1.5, b"x", [[]], "a" * 100_000, {"a": {"b": [1]}}):
        guest.borrower.tell(["write", 0, value if value != b"x" else {"$": "b", "v": "eA=="}])
    return [None, {}, [[]]]
