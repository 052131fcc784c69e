# fails: jobs | says: Which job is not there yet
def replicas(delay):
    return [[delay + 0.1, True], [0.3, False]]


def jobs(longest):
    return [[1, [1, None]], [longest, None]]


def cancelled(takes):
    return ["b", takes / 2]
