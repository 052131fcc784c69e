# fails: failure_is_no_answer, many_schedules | says: nothing to wait for
import asyncio


async def hedged(first, second, delay):
    tasks = [asyncio.create_task(first())]
    try:
        for _ in range(2):
            await asyncio.sleep(delay / 2)
            if tasks[0].done() and not tasks[0].exception():
                return tasks[0].result()
        tasks.append(asyncio.create_task(second()))
        waiting = tasks
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.exception():
                    return task.result()
        return tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
