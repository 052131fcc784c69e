# fails: cancelled | says: the name is "b" or "c"
def replicas(delay):
    return [[delay + 0.1, True], [0.3, False]]


def jobs(longest):
    return [[longest, [longest, None]]]


def cancelled(takes):
    return ["a", takes / 2]
