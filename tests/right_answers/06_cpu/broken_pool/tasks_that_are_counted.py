import asyncio
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context


class Crew:
    def __init__(self, workers):
        self.make = lambda: ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        self.pool = self.make()
        self.jobs = set()

    async def run(self, function, *args):
        task = asyncio.ensure_future(self.twice(function, args))
        self.jobs.add(task)
        task.add_done_callback(self.jobs.discard)
        return await task

    async def twice(self, function, args):
        try:
            return await self.once(function, args)
        except BrokenProcessPool:
            return await self.once(function, args)

    async def once(self, function, args):
        mine = self.pool
        try:
            return await asyncio.get_running_loop().run_in_executor(mine, function, *args)
        except BrokenProcessPool:
            if mine is self.pool:
                self.pool = self.make()
            raise

    async def close(self):
        await asyncio.gather(*self.jobs, return_exceptions=True)
        pool = self.pool
        await asyncio.get_running_loop().run_in_executor(None, pool.shutdown, True)
