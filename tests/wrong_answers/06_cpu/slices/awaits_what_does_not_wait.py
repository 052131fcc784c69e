# fails: loop_is_free, time_of_others | says: only if what is awaited does
async def one(function, item):
    return function(item)


async def each(function, items, budget):
    return [await one(function, item) for item in items]
