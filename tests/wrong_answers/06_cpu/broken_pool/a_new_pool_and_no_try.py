# fails: survives, dies_idle, gives_up | says: try the job again there
import asyncio
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context


class Crew:
    """A pool of processes that goes on when one of them dies."""

    def __init__(self, workers):
        """Has so many processes."""
        self.workers = workers
        self.renew()

    def renew(self):
        """Take a new pool."""
        self.pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))

    async def run(self, function, *args):
        """What `function(*args)` returns, computed in a process."""
        return await self.run_once(function, *args)

    async def run_once(self, function, *args):
        """The same; if its pool breaks, there is a new one for whoever comes next."""
        pool = self.pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
        except BrokenProcessPool:
            if self.pool is pool:  # The others who lost it have not renewed it yet.
                self.renew()
            raise

    async def close(self):
        """Wait until all jobs are done, and let the processes go."""
        await asyncio.to_thread(self.pool.shutdown)
