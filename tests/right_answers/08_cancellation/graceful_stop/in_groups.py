import asyncio


class Stop:
    """Workers, and what they hold."""

    def __init__(self, jobs, service):
        self.jobs, self.service, self.held, self.done, self.back = jobs, service, set(), 0, 0
        self.stopping = asyncio.Event()

    async def take(self):
        taking = asyncio.create_task(self.jobs.get())
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            await asyncio.wait([taking, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not taking.done():
                taking.cancel()
                await asyncio.wait([taking])
        return None if taking.cancelled() else taking.result()

    async def worker(self):
        while not self.stopping.is_set():
            job = await self.take()
            if job is None:
                return
            try:
                await self.service.get(job.body)
                await job.ack()
                self.done += 1
            except asyncio.CancelledError:
                await job.nack()
                self.back += 1
                raise


async def work(jobs, service, stop, workers, grace):
    """Let so many workers do jobs until the stop; how many were done, and given back."""
    crew = Stop(jobs, service)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(crew.worker()) for _ in range(workers)]
        await stop.get()
        crew.stopping.set()
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
    return [crew.done, crew.back]
