# fails: no_more_than_needed, in_one_go, time_of_others | says: when the budget is used up
import asyncio


async def each(function, items, budget):
    return [await asyncio.to_thread(function, item) for item in items]
