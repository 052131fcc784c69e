# fails: loop_is_free, time_of_others | says: a number of items says nothing about the time
import asyncio


async def each(function, items, budget):
    results = []
    for number, item in enumerate(items, start=1):
        results.append(function(item))
        if number % 20 == 0:
            await asyncio.sleep(0)
    return results
