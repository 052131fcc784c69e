def uneven(workers):
    return [0.0] * (4 * (workers - 1)) + [2.0] * 4


def late(patience):
    return [(0.1 * n, 60) for n in range(3)] + [(patience + 1, 0)]


def one_bad_order():
    return ((0, -3), (30, 1), (31, 2))
