# fails: uneven | says: each from 0 to 2 s
def uneven(workers):
    return [8] + [0] * 15


def late(patience):
    return [[0, 10], [0, 10], [2 * patience, 0.1]]


def one_bad_order():
    return [[0, 0], [0.5, 5]]
