# fails: in_turns, one_ends_early, brought_along | says: take the next one from the front
def run(programs):
    results = {}
    ready = list(reversed(programs))
    while ready:
        program = ready.pop()
        try:
            brought = next(program)
        except StopIteration as end:
            results[program] = end.value
            continue
        if brought is not None:
            ready.append(brought)
        ready.append(program)
    return [results[program] for program in programs]
