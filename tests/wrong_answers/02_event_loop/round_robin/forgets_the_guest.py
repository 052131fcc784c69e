# fails: brought_along | says: it has to end too
from collections import deque


def run(programs):
    results = {}
    ready = deque(programs)
    while ready:
        program = ready.popleft()
        try:
            next(program)
        except StopIteration as end:
            results[program] = end.value
        else:
            ready.append(program)
    return [results[program] for program in programs]
