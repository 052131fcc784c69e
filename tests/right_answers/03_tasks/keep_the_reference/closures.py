import asyncio
from types import SimpleNamespace


def Background(limit, report):  # noqa: N802
    tasks, closed = [], asyncio.Event()

    def forget(task):
        tasks.remove(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            report(error)

    def start(work):
        if closed.is_set() or len(tasks) == limit:
            work.close()
            return False
        tasks.append(asyncio.create_task(work))
        tasks[-1].add_done_callback(forget)
        return True

    async def drain(seconds):
        closed.set()
        try:
            async with asyncio.timeout(seconds):
                while tasks:
                    await asyncio.wait(tasks)
        except TimeoutError:
            left = tasks[:]
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    return SimpleNamespace(start=start, drain=drain)
