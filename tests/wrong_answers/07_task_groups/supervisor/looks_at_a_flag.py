# fails: stops_at_once | says: what only looks at a flag
import asyncio


async def keep_alive(feeds, number, first, longest, calls, stopped):
    clock, pause = asyncio.get_running_loop().time, first
    while not stopped.is_set():
        began = clock()
        calls[number] += 1
        try:
            await feeds[number].get()
            break
        except Exception:
            if clock() - began >= longest:
                pause = first
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def supervise(feeds, stop, first, longest):
    calls, stopped = [0] * len(feeds), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(len(feeds)):
            keeper = keep_alive(feeds, number, first, longest, calls, stopped)
            group.create_task(keeper)
        await stop.get()
        stopped.set()
    return calls
