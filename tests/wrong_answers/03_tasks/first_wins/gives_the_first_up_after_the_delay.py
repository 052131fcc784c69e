# fails: many_schedules, cancelled_in_cleanup, falsy_answer | says: to have an answer decides
import asyncio


async def hedged(first, second, delay):
    try:
        return await asyncio.wait_for(first(), delay)
    except Exception:
        return await second()
