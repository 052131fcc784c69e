import asyncio
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context


class Crew:
    TRIES = 2

    def __init__(self, workers):
        self.workers, self.number, self.lock = workers, 0, asyncio.Lock()
        self.pool = self.made()

    def made(self):
        return ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))

    async def run(self, function, *args):
        for left in reversed(range(self.TRIES)):
            number = self.number
            try:
                return await asyncio.wrap_future(self.pool.submit(function, *args))
            except BrokenExecutor:
                await self.renew(number)
                if not left:
                    raise
        return None

    async def renew(self, number):
        async with self.lock:
            if number == self.number:
                await asyncio.to_thread(self.pool.shutdown)
                self.pool, self.number = self.made(), self.number + 1

    async def close(self):
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.pool.shutdown)
