# fails: old_answer_shown | says: in the order in which they were asked


def latencies(count, gap):
    return [0.5] * count


def unseen(period):
    return [0.05 * period, 0.9 * period]
