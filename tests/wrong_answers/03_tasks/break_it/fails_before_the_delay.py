# fails: replicas | says: Let both be asked
def replicas(delay):
    return [[delay / 2, True], [0.1, False]]


def jobs(longest):
    return [[longest, [longest, None]]]


def cancelled(takes):
    return ["b", takes / 2]
