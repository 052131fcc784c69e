"""Uses threads beside the attempt's app, as its plain `def` handlers do."""

import asyncio
import time

import anyio.to_thread


async def nap(count):
    """So many threads sleep for a second."""
    await asyncio.gather(*(anyio.to_thread.run_sync(time.sleep, 1) for _ in range(count)))
