# fails: replicas | says: before the other has
def replicas(delay):
    return [[1, True], [0.3, False]]


def jobs(longest):
    return [[longest, [longest, None]]]


def cancelled(takes):
    return ["b", takes / 2]
