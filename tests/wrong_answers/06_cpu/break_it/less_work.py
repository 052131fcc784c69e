# fails: uneven | says: should be one of 8 s
def uneven(workers):
    return [2] + [0] * 15


def late(patience):
    return [[0, 10], [0, 10], [2 * patience, 0.1]]


def one_bad_order():
    return [[0, 0], [0.5, 5]]
