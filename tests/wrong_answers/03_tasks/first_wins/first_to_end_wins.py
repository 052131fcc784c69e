# fails: failure_is_no_answer, many_schedules | says: The first replica failed while
import asyncio


async def hedged(first, second, delay):
    tasks = [asyncio.create_task(first())]
    try:
        await asyncio.wait(tasks, timeout=delay)
        if not tasks[0].done() or tasks[0].exception():
            tasks.append(asyncio.create_task(second()))
        waiting = [task for task in tasks if not task.done()]
        if waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        return tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
