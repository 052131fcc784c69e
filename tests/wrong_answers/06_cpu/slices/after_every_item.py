# fails: no_more_than_needed, in_one_go, time_of_others | says: more than the items themselves
import asyncio


async def each(function, items, budget):
    results = []
    for item in items:
        results.append(function(item))
        await asyncio.sleep(0)
    return results
