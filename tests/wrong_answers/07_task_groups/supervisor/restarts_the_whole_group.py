# fails: feeds_apart | says: start that one alone again
import asyncio


async def all_again(feeds, first, longest, calls):
    clock, pause = asyncio.get_running_loop().time, first

    async def one(number):
        calls[number] += 1
        await feeds[number].get()

    while True:
        began = clock()
        tasks = [asyncio.ensure_future(one(number)) for number in range(len(feeds))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.wait(tasks)
        if not any(task.cancelled() or task.exception() for task in tasks):
            return
        if clock() - began >= longest:
            pause = first
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def supervise(feeds, stop, first, longest):
    calls = [0] * len(feeds)
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(all_again(feeds, first, longest, calls))
        await stop.get()
        keeper.cancel()
    return calls
