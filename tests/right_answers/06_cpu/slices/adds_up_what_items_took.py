import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    used = 0.0
    results = []
    for item in items:
        if used >= budget:
            await asyncio.sleep(0)
            used = 0.0
        began = time.monotonic()
        results.append(function(item))
        used += time.monotonic() - began
    return results
