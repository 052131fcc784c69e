async def replicas(delay):
    return ((1, False), (0.2, True))


def jobs(longest):
    return [[0, None], [1, None], [2, [0.5, [0.5, None]]]]


def cancelled(takes):
    return ("c", takes - 0.5)
