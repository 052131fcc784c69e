# fails: possible_latencies, old_answer_shown | says: a number for each


def latencies(count, gap):
    return [0.9] + [0.1] * (count - 2)


def unseen(period):
    return [0.05 * period, 0.9 * period]
