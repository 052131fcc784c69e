# fails: brought_along | says: gets its first turn when those before it have had theirs
from collections import deque


def run(programs):
    results = {}
    ready = deque(programs)
    while ready:
        program = ready.popleft()
        try:
            brought = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if brought is not None:
            ready.appendleft(brought)
        ready.append(program)
    return [results[program] for program in programs]
