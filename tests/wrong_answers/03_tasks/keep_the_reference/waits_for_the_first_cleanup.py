# fails: drained_late | says: wait until all have ended
import asyncio
import contextlib


class Background:
    def __init__(self, limit, report):
        self.limit, self.report, self.tasks, self.closed = limit, report, set(), False

    async def run(self, work):
        try:
            await work
        except Exception as error:
            self.report(error)

    def start(self, work):
        if self.closed or len(self.tasks) >= self.limit:
            work.close()
            return False
        task = asyncio.create_task(self.run(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def drain(self, seconds):
        self.closed = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self.tasks), seconds)
