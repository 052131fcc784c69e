# fails: one_ends_early, brought_along | says: passes over the one behind
def run(programs):
    results = {}
    line = list(programs)
    while line:
        for program in line:
            try:
                brought = next(program)
            except StopIteration as end:
                results[program] = end.value
                line.remove(program)
            else:
                if brought is not None:
                    line.append(brought)
    return [results[program] for program in programs]
