import heapq


def run(programs, clock):
    """One heap of deadlines, and for each of them the list of those who sleep until then."""
    programs = list(programs)
    results = {}
    ready, deadlines, sleepers = list(programs), [], {}
    while ready or deadlines:
        following = []
        for program in ready:
            try:
                request = next(program)
            except StopIteration as end:
                results[id(program)] = end.value
                continue
            if request is None:
                following.append(program)
            elif isinstance(request, (int, float)):
                when = clock.now() + request
                if when not in sleepers:
                    heapq.heappush(deadlines, when)
                sleepers.setdefault(when, []).append(program)
            else:
                following += [request, program]
        if not following and deadlines:
            clock.sleep_until(deadlines[0])
        while deadlines and deadlines[0] <= clock.now():
            following += sleepers.pop(heapq.heappop(deadlines))
        ready = following
    return [results[id(program)] for program in programs]
