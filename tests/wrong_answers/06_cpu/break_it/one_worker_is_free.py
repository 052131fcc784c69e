# fails: late | says: What do the two workers do
def uneven(workers):
    return [2, 2, 2, 2] + [0] * (4 * workers - 4)


def late(patience):
    return [[0, 10], [2 * patience, 0.1]]


def one_bad_order():
    return [[0, 0], [0.5, 5]]
