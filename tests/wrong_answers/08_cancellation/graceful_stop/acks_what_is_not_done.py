# fails: given_back, caller_gives_up | says: as done
import asyncio


async def work(jobs, service, stop, workers, grace):
    """Let so many workers do jobs until the stop; how many were done, and given back."""
    done, back, idle, stopped = 0, 0, set(), False

    async def do(job):
        nonlocal done, back
        try:
            await service.get(job.body)
        except asyncio.CancelledError:
            await job.ack()
            back += 1
            raise
        await job.ack()
        done += 1

    async def worker():
        me = asyncio.current_task()
        while not stopped:
            idle.add(me)
            job = await jobs.get()
            idle.discard(me)
            await do(job)

    tasks = [asyncio.create_task(worker()) for _ in range(workers)]
    try:
        await stop.get()
        stopped = True
        for task in idle:
            task.cancel()
        await asyncio.wait(tasks, timeout=grace)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return [done, back]
