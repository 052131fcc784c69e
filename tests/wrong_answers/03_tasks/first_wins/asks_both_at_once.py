# fails: second_in_time, failure_is_no_answer, many_schedules | says: doubles the load
import asyncio


async def hedged(first, second, delay):
    tasks = waiting = [asyncio.create_task(first()), asyncio.create_task(second())]
    try:
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
