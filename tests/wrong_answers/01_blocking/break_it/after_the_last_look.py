# fails: long_block | says: looks for the last time


def latencies(count, gap):
    return [0.1] * (count - 2) + [gap + 0.2, 0.1]


def unseen(period):
    return [8.05 * period, 0.9 * period]
