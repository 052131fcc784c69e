# fails: late | says: when all the others have theirs
def uneven(workers):
    return [2, 2, 2, 2] + [0] * (4 * workers - 4)


def late(patience):
    return [[0, 10], [0, 10], [patience / 2, 0.1]]


def one_bad_order():
    return [[0, 0], [0.5, 5]]
