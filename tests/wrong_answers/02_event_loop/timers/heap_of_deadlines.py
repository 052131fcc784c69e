# fails: ties | says: A heap alone keeps no order among equals
import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(order=True)
class Timer:
    when: float
    program: Any = field(compare=False)


def run(programs, clock):
    results = {}
    ready = deque(programs)
    timers = []
    while ready or timers:
        if not ready:
            clock.sleep_until(timers[0].when)
        while timers and timers[0].when <= clock.now():
            ready.append(heapq.heappop(timers).program)
        program = ready.popleft()
        try:
            request = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if isinstance(request, int | float):
            heapq.heappush(timers, Timer(clock.now() + request, program))
            continue
        if request is not None:
            ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
