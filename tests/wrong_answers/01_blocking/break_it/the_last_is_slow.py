# fails: old_answer_shown | says: Slow is not late


def latencies(count, gap):
    return [0.1] * (count - 1) + [1.0]


def unseen(period):
    return [0.05 * period, 0.9 * period]
