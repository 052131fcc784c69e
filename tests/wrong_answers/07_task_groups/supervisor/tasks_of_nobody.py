# fails: caller_gives_up, cancelled | says: Let a block own the tasks
import asyncio


async def keep_alive(feeds, number, first, longest, calls):
    clock, pause = asyncio.get_running_loop().time, first
    while True:
        began = clock()
        calls[number] += 1
        try:
            return await feeds[number].get()
        except Exception:
            if clock() - began >= longest:
                pause = first
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def supervise(feeds, stop, first, longest):
    calls = [0] * len(feeds)
    keepers = [
        asyncio.create_task(keep_alive(feeds, number, first, longest, calls))
        for number in range(len(feeds))
    ]
    await stop.get()
    for keeper in keepers:
        keeper.cancel()
    await asyncio.wait(keepers)
    return calls
