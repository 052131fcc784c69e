# fails: cancelled | says: each await stands in
import asyncio
from contextlib import suppress


def doubling(first, longest):
    while True:
        yield first
        first = min(2 * first, longest)


async def supervise(feeds, stop, first, longest):
    loop, calls = asyncio.get_running_loop(), dict.fromkeys(range(len(feeds)), 0)

    async def keep(number):
        pauses = doubling(first, longest)
        while True:
            calls[number], began = calls[number] + 1, loop.time()
            with suppress(Exception):
                await feeds[number].get()
                break
            if loop.time() >= began + longest:
                pauses = doubling(first, longest)
            await asyncio.sleep(next(pauses))

    tasks = [asyncio.ensure_future(keep(number)) for number in calls]
    await asyncio.sleep(0)  # let all of them begin
    try:
        await stop.get()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return list(calls.values())
