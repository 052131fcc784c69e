# fails: held | says: does not hold a task that waits
import asyncio
import weakref


class Background:
    def __init__(self, limit, report):
        self.limit, self.report = limit, report
        self.tasks, self.is_open = weakref.WeakSet(), True

    def start(self, work):
        if not self.is_open or len(self.tasks) >= self.limit:
            work.close()
            return False
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)
        return True

    def ended(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.report(task.exception())

    async def drain(self, seconds):
        self.is_open = False
        if tasks := list(self.tasks):
            await asyncio.wait(tasks, timeout=seconds)
        late = list(self.tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
