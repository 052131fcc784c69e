# fails: loop_is_free, time_of_others | says: take time.perf_counter()
import asyncio
import time


async def each(function, items, budget):
    results, began = [], time.process_time()
    for item in items:
        if time.process_time() - began >= budget:
            await asyncio.sleep(0)
            began = time.process_time()
        results.append(function(item))
    return results
