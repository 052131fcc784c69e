# fails: nothing_seen | says: longer than a period


def latencies(count, gap):
    return [0.1] * (count - 2) + [gap + 0.2, 0.1]


def unseen(period):
    return [0.05 * period, 2 * period]
