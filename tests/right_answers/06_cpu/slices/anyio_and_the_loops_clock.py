import asyncio

import anyio


async def each(function, items, budget):
    loop = asyncio.get_running_loop()
    results, began = [], loop.time()
    for item in items:
        if loop.time() - began >= budget:
            await anyio.lowlevel.checkpoint()
            began = loop.time()
        results.append(function(item))
    return results
