"""Timers

As before; and a program that yields a number sleeps for so many seconds. Two things are handed
in: `clock.now()` tells the time, and `clock.sleep_until(when)` sleeps, with the whole thread.

- Who sleeps is woken at its time: the earliest deadline first; of those with one deadline the one
  that began to sleep first. Woken means: it goes to the end of the line.
- While nobody is ready, `run` sleeps until the earliest deadline, in one go. It never polls.
- Turns take time. Whoever comes due meanwhile goes into the line, though others are ready.
- There may be thousands of sleepers: keep them in a heap (`heapq`).
"""

import heapq
from collections import deque
from itertools import count


def run(programs, clock):
    """Run generators until all have ended; return their results in the order given."""
    results = {}
    ready = deque(programs)
    timers, sequence = [], count()
    while ready or timers:
        if not ready:
            clock.sleep_until(timers[0][0])
        while timers and timers[0][0] <= clock.now():
            ready.append(heapq.heappop(timers)[2])
        program = ready.popleft()
        try:
            request = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if isinstance(request, int | float):
            heapq.heappush(timers, (clock.now() + request, next(sequence), program))
            continue
        if request is not None:
            ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
