# fails: by_deadline, ties, one_nap_each, due_while_others_run | says: whoever began first
from collections import deque


def run(programs, clock):
    results = {}
    ready = deque(programs)
    timers = []
    while ready or timers:
        if not ready:
            break
        program = ready.popleft()
        try:
            request = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if isinstance(request, int | float):
            clock.sleep_until(clock.now() + request)
            ready.append(program)
            continue
        if request is not None:
            ready.append(request)
        ready.append(program)
    return [results[program] for program in programs]
