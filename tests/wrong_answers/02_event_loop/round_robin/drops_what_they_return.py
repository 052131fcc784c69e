# fails: results | says: the `value` of the StopIteration
from collections import deque


def run(programs):
    ready = deque(programs)
    ended = object()
    while ready:
        program = ready.popleft()
        brought = next(program, ended)
        if brought is ended:
            continue
        if brought is not None:
            ready.append(brought)
        ready.append(program)
    return [None for program in programs]
