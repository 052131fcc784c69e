# fails: results | says: Who ends first need not stand first
from collections import deque


def run(programs):
    given = set(programs)
    results = []
    ready = deque(programs)
    while ready:
        program = ready.popleft()
        try:
            brought = next(program)
        except StopIteration as end:
            if program in given:
                results.append(end.value)
            continue
        if brought is not None:
            ready.append(brought)
        ready.append(program)
    return results
