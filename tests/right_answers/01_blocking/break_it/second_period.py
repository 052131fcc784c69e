def latencies(count, gap):
    slow = round(gap + 0.15, 3)
    return [1.0 if n == 0 else slow if n == count - 2 else 0.1 for n in range(count)]


def unseen(period):
    start = 2 * period + period / 32
    return [start, 3 * period - start]
