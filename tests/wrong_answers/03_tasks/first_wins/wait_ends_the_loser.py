# fails: loser_has_ended, many_schedules, cancelled, cancelled_in_cleanup | says: cancel the task
import asyncio


async def hedged(first, second, delay):
    tasks = [asyncio.create_task(first())]
    await asyncio.wait(tasks, timeout=delay)
    if not tasks[0].done() or tasks[0].exception():
        tasks.append(asyncio.create_task(second()))
    waiting = tasks
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.exception():
                return task.result()
    return tasks[0].result()
