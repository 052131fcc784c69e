# fails: a_crowd | says: pays for everybody each time
from collections import deque
from itertools import count


def run(programs, clock):
    results = {}
    ready = deque(programs)
    timers, sequence = [], count()
    while ready or timers:
        if not ready:
            clock.sleep_until(min(timers)[0])
        while timers and min(timers)[0] <= clock.now():
            earliest = min(timers)
            timers.remove(earliest)
            ready.append(earliest[2])
        program = ready.popleft()
        try:
            request = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if isinstance(request, int | float):
            timers.append((clock.now() + request, next(sequence), program))
            continue
        if request is not None:
            ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
