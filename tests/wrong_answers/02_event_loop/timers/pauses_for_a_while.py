# fails: earlier_programs, due_while_others_run | says: no timer and no time in between
import heapq
from collections import deque
from itertools import count


def run(programs, clock):
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
        if request is None:
            request = 0.001
        if isinstance(request, int | float):
            heapq.heappush(timers, (clock.now() + request, next(sequence), program))
            continue
        ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
