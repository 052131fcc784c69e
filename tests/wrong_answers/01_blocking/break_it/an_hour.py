# fails: possible_latencies | says: from 0.1 to 1 s


def latencies(count, gap):
    return [0.1] * (count - 2) + [3600, 0.1]


def unseen(period):
    return [0.05 * period, 0.9 * period]
