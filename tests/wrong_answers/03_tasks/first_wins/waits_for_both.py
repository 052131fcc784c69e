# fails: loser_has_ended, many_schedules | says: waited for to its end
import asyncio


async def hedged(first, second, delay):
    tasks = [asyncio.create_task(first())]
    try:
        await asyncio.wait(tasks, timeout=delay)
        if not tasks[0].done() or tasks[0].exception():
            tasks.append(asyncio.create_task(second()))
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        good = [answer for answer in answers if not isinstance(answer, Exception)]
        if good:
            return good[0]
        raise answers[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
