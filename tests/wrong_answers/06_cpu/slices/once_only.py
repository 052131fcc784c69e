# fails: loop_is_free, time_of_others | says: Look at the clock before each item
import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    results, until = [], time.perf_counter() + budget
    for item in items:
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = float("inf")
        results.append(function(item))
    return results
