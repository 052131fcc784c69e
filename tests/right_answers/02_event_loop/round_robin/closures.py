from collections import deque


def run(programs):
    ready, results = deque(), []

    def add(program, keep):
        def step():
            try:
                brought = next(program)
            except StopIteration as end:
                keep(end.value)
                return
            if brought is not None:
                add(brought, lambda value: None)
            ready.append(step)

        ready.append(step)

    for place, program in enumerate(programs):
        results.append(None)
        add(program, lambda value, place=place: results.__setitem__(place, value))
    while ready:
        ready.popleft()()
    return results
