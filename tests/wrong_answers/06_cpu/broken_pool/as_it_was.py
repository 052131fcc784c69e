# fails: survives, dies_idle, gives_up, close | says: take a new one
import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


class Crew:
    """A pool of processes that goes on when one of them dies."""

    def __init__(self, workers):
        """Has so many processes."""
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))

    async def run(self, function, *args):
        """What `function(*args)` returns, computed in a process."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *args)

    async def close(self):
        """Wait until all jobs are done, and let the processes go."""
        self.pool.shutdown()
