# fails: replicas | says: an error is all that there is
def replicas(delay):
    return [[0.5, True], [0.3, True]]


def jobs(longest):
    return [[longest, [longest, None]]]


def cancelled(takes):
    return ["b", takes / 2]
