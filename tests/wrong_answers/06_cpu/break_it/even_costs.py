# fails: uneven | says: one worker gets it
def uneven(workers):
    return [0.5] * 16


def late(patience):
    return [[0, 10], [0, 10], [2 * patience, 0.1]]


def one_bad_order():
    return [[0, 0], [0.5, 5]]
