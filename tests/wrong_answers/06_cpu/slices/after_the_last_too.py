# fails: in_one_go | says: after the last there is none
import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    results, until = [], time.perf_counter() + budget
    for item in items:
        results.append(function(item))
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = time.perf_counter() + budget
    return results
