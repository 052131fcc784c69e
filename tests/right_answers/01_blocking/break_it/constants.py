async def latencies(count, gap):
    return (1,) * (count - 1) + (0.1,)


async def unseen(period):
    return (period / 20, 0.94 * period)
