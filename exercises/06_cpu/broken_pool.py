"""Broken pool

A worker can die: killed for its memory, by an operator, by a fault in code of C. Then every job of
the pool fails with BrokenProcessPool, and so does each one that comes later, for ever. Mend `Crew`:

- A job whose pool broke is tried once more, in a new pool. If that breaks, too, the error reaches
  the caller: it may be this job that kills its workers. Jobs that come later find a sound pool.
- All who lost a pool share one new pool, and that has `workers` spawned processes again.
- What a job raises reaches its caller, and the job is not tried again.
- `close` waits for the jobs that are under way and leaves no process behind. It holds nobody up.

A crew is made on the loop, and nobody uses it after `close`.
"""

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
