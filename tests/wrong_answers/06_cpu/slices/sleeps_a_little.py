# fails: no_more_than_needed, time_of_others | says: It should not sleep
import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    results, until = [], time.perf_counter() + budget
    for item in items:
        if time.perf_counter() >= until:
            await asyncio.sleep(0.002)
            until = time.perf_counter() + budget
        results.append(function(item))
    return results
