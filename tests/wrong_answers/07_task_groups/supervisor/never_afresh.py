# fails: afresh_after_a_long_life | says: is no reason to wait for long now
import asyncio


async def keep_alive(feeds, number, first, longest, calls):
    pause = first
    while True:
        calls[number] += 1
        try:
            return await feeds[number].get()
        except Exception:
            pass
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def supervise(feeds, stop, first, longest):
    calls = [0] * len(feeds)
    async with asyncio.TaskGroup() as group:
        keepers = [
            group.create_task(keep_alive(feeds, number, first, longest, calls))
            for number in range(len(feeds))
        ]
        await stop.get()
        for keeper in keepers:
            keeper.cancel()
    return calls
