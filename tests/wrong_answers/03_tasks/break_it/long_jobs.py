# fails: jobs | says: to the last of them
def replicas(delay):
    return [[delay + 0.1, True], [0.3, False]]


def jobs(longest):
    return [[longest, None], [longest, None], [longest, None]]


def cancelled(takes):
    return ["b", takes / 2]
