import asyncio


class Background:
    def __init__(self, limit, report):
        self.free, self.report, self.open = limit, report, True
        self.jobs = {}

    def start(self, work):
        if not (self.open and self.free):
            work.close()
            return False
        self.free -= 1
        key = object()
        self.jobs[key] = asyncio.ensure_future(self.watch(key, work))
        return True

    async def watch(self, key, work):
        try:
            await work
        except Exception as error:
            self.report(error)
        finally:
            self.free += 1
            del self.jobs[key]

    async def drain(self, seconds):
        self.open = False
        jobs = [*self.jobs.values()]
        everything = asyncio.gather(*jobs, return_exceptions=True)
        try:
            await asyncio.wait_for(everything, seconds)
        except TimeoutError:
            await asyncio.wait(jobs)
