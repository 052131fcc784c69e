"""Graceful stop

Workers take jobs from a queue: `job = await jobs.get()`, then `await service.get(job.body)`, then
`await job.ack()`. When `await stop.get()` returns, the process has to end. As it is, jobs are cut
off in the middle, and lost until the queue misses them. Mend `work`:

- From the stop on no job is taken any more. Who waits for one gives that up.
- The jobs under way may go on for `grace` seconds. `work` returns when the last of them is done: at
  once if there are none.
- What is not done by then is cancelled, and given back with `await job.nack()`, so that another
  process can have it at once.
- It returns [done, given back], both counted.
- If its caller cancels `work`, the jobs under way are given back, too, and nothing goes on.
"""

import asyncio


async def work(jobs, service, stop, workers, grace):
    """Let so many workers do jobs until the stop; how many were done, and given back."""
    done, back, idle, stopped = 0, 0, set(), False

    async def do(job):
        nonlocal done, back
        try:
            await service.get(job.body)
        except asyncio.CancelledError:
            await job.nack()
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
