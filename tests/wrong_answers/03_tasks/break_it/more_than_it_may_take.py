# fails: jobs | says: each [seconds, the next job or None], up to
def replicas(delay):
    return [[delay + 0.1, True], [0.3, False]]


def jobs(longest):
    return [[10 * longest, [longest, None]]]


def cancelled(takes):
    return ["b", takes / 2]
