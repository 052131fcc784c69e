# fails: first_answer_cancelled | says: went on to wait for the next
import asyncio


async def poll(feeds):
    """What the feeds have to say; who fails is passed over."""
    said = []
    for feed in feeds:
        try:
            said.append(await feed.get())
        except Exception:
            continue
    return said


async def first_answer(shops):
    """The first answer; None if all fail."""
    tasks = [asyncio.create_task(shop.get()) for shop in shops]
    try:
        for next_one in asyncio.as_completed(tasks):
            try:
                return await next_one
            except BaseException:
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
