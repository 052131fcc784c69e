"""`each`, and beside it a neighbour who writes down each turn that it has on the loop."""

import asyncio
import time

import attempt

from checker import lab

STANDSTILL, PAUSE_S = 3, 1 / 512  # after so many turns at one moment, so long a pause


def work(item):
    """Computes for the seconds of an item, which is [seconds, number]."""
    lab.cpu(item[0])
    return item[1]


async def beside(items, budget, neighbour_takes, log):
    """The results of `each`; the neighbour computes for so long in each of its turns."""

    async def neighbour():
        at, turns = time.perf_counter(), 0
        while True:
            log.write("turn")
            lab.cpu(neighbour_takes)
            turns = turns + 1 if at == time.perf_counter() else 0
            at = time.perf_counter()
            await asyncio.sleep(PAUSE_S if turns > STANDSTILL else 0)

    async def computing():
        results = await attempt.each(work, items, budget)
        log.write("done")
        return results

    log.write("begin")
    first, second = asyncio.create_task(computing()), asyncio.create_task(neighbour())
    try:
        return await first
    finally:
        second.cancel()
