# fails: old_answer_shown | says: asked a gap later


def latencies(count, gap):
    return [0.1] * (count - 2) + [0.1 + gap / 2, 0.1]


def unseen(period):
    return [0.05 * period, 0.9 * period]
