"""Tries to hold the check's own loop for a hundred years, with a time that it sleeps itself.

exercise: blocking/break_it
twin: tests/engine/forgeries/twins/breaks_nothing_at_once.py
"""


def latencies(count, gap):
    return [0.1] * count


def unseen(period):
    print("tried: a hundred years")
    return [0.0, 4_000_000_000.0]
