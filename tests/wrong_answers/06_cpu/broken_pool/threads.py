# fails: computes, survives, gives_up, close | says: it may be the job itself
import asyncio
from concurrent.futures import ThreadPoolExecutor


class Crew:
    def __init__(self, workers):
        self.pool = ThreadPoolExecutor(workers)

    async def run(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *args)

    async def close(self):
        await asyncio.to_thread(self.pool.shutdown)
