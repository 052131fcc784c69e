def late_write(undo):
    first = undo / 4
    return (first, first + undo + 0.001)


class Slowest:
    """The task that is still under way when the others have ended."""

    def __init__(self, latencies):
        self.last = max(latencies)
        self.number = latencies.index(self.last)


def lost_price(latencies):
    slowest = Slowest(latencies)
    return [slowest.number, slowest.last - 0.05]


def hidden_bug(span):
    both = span / 2
    return [both, both * 1.5, both]
