# fails: nothing_seen | says: a look was due


def latencies(count, gap):
    return [0.1] * (count - 2) + [gap + 0.2, 0.1]


def unseen(period):
    return [0.5 * period, 0.9 * period]
