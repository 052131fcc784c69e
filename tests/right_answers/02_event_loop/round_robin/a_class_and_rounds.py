class Runner:
    def __init__(self, programs):
        self.given = list(programs)
        self.line = list(enumerate(self.given))
        self.results = [None] * len(self.given)

    def turn(self, place, program):
        """One turn; those who stand in line after it."""
        try:
            brought = program.send(None)
        except StopIteration as end:
            if place is not None:
                self.results[place] = end.value
            return []
        return [*([] if brought is None else [(None, brought)]), (place, program)]

    def round(self):
        following = []
        for place, program in self.line:
            following += self.turn(place, program)
        self.line = following


def run(programs):
    runner = Runner(programs)
    while runner.line:
        runner.round()
    return runner.results
