# fails: replicas | says: has to be asked
def replicas(delay):
    return [[delay / 2, False], [0.3, True]]


def jobs(longest):
    return [[longest, [longest, None]]]


def cancelled(takes):
    return ["b", takes / 2]
