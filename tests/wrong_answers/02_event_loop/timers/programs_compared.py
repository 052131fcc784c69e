# fails: ties, one_nap_each | says: not supported between
import heapq
from collections import deque


def run(programs, clock):
    results = {}
    ready = deque(programs)
    timers = []
    while ready or timers:
        if not ready:
            clock.sleep_until(timers[0][0])
        while timers and timers[0][0] <= clock.now():
            ready.append(heapq.heappop(timers)[1])
        program = ready.popleft()
        try:
            request = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if isinstance(request, int | float):
            heapq.heappush(timers, (clock.now() + request, program))
            continue
        if request is not None:
            ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
