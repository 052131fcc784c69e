# fails: timeout, poll_one_by_one | says: at the same time
import asyncio


async def poll(feeds):
    """What the feeds have to say; who fails is passed over."""
    said = await asyncio.gather(*(feed.get() for feed in feeds), return_exceptions=True)
    return [each for each in said if not isinstance(each, Exception)]


async def first_answer(shops):
    """The first answer; None if all fail."""
    tasks = [asyncio.create_task(shop.get()) for shop in shops]
    try:
        for next_one in asyncio.as_completed(tasks):
            try:
                return await next_one
            except Exception:
                pass
    finally:
        for task in tasks:
            task.cancel()


async def beat(pulse):
    """Beats until it is cancelled, and then says goodbye."""
    try:
        while True:
            await pulse.get("beat")
    finally:
        await pulse.get("goodbye")


async def with_pulse(work, pulse):
    """What comes of the work, beside which a pulse beats."""
    beating = asyncio.create_task(beat(pulse))
    try:
        return await work.get()
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
