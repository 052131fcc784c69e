# fails: time_of_others, no_more_than_needed | says: A slice begins when you have the loop again
import asyncio
import time


async def each(function, items, budget):
    """The list of `function(item)` for all items, computed in slices of about `budget` seconds."""
    results, until = [], time.perf_counter() + budget
    for item in items:
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until += budget
        results.append(function(item))
    return results
