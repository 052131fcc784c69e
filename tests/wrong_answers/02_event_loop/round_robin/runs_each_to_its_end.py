# fails: in_turns, one_ends_early, brought_along | says: only until it pauses
def run(programs):
    def finish(program):
        while True:
            try:
                brought = next(program)
            except StopIteration as end:
                return end.value
            if brought is not None:
                finish(brought)

    return [finish(program) for program in programs]
