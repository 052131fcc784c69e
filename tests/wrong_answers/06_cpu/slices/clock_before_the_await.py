# fails: time_of_others | says: after the `await`, not before it
import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    results, until = [], time.perf_counter() + budget
    for item in items:
        if time.perf_counter() >= until:
            until = time.perf_counter() + budget
            await asyncio.sleep(0)
        results.append(function(item))
    return results
