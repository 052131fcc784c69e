# fails: results, in_one_go, no_more_than_needed, time_of_others | says: each once, in the order
import asyncio


async def each(function, items, budget):
    results = []

    async def one(item):
        results.append(function(item))

    for item in reversed(items):
        await one(item)
        await asyncio.sleep(0)
    return results
