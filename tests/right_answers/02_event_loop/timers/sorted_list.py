from bisect import insort
from collections import deque


class Sleeping:
    """A line of sleepers that is always in order."""

    def __init__(self):
        self.entries, self.begun = [], 0

    def add(self, when, program):
        self.begun += 1
        insort(self.entries, (when, self.begun, program))

    def due(self, now):
        found = 0
        while found < len(self.entries) and self.entries[found][0] <= now:
            found += 1
        programs = [program for _, _, program in self.entries[:found]]
        del self.entries[:found]
        return programs


def run(programs, clock):
    results, ready, sleeping = {}, deque(programs), Sleeping()
    while ready or sleeping.entries:
        if not ready:
            clock.sleep_until(sleeping.entries[0][0])
        ready.extend(sleeping.due(clock.now()))
        # One turn of the loop: those that are ready now, and none that they make ready.
        for _ in range(len(ready)):
            program = ready.popleft()
            try:
                request = program.send(None)
            except StopIteration as end:
                results[program] = end.value
                continue
            if isinstance(request, (int, float)):
                sleeping.add(clock.now() + request, program)
                continue
            ready.extend([program] if request is None else [request, program])
    return [results[program] for program in programs]
