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
    done = 0

    async def worker():
        nonlocal done
        while True:
            job = await jobs.get()
            await service.get(job.body)
            await job.ack()
            done += 1

    tasks = [asyncio.create_task(worker()) for _ in range(workers)]
    await stop.get()
    for task in tasks:
        task.cancel()
    return [done, 0]
