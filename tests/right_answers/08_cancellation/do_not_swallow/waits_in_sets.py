import asyncio


async def poll(feeds):
    said = []
    for feed in feeds:
        asked = asyncio.ensure_future(feed.get())
        try:
            await asyncio.wait([asked])
        finally:
            asked.cancel()
        if not asked.exception():
            said.append(asked.result())
    return said


async def first_answer(shops):
    pending = {asyncio.create_task(shop.get()) for shop in shops}
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            answers = [task.result() for task in done if not task.exception()]
            if answers:
                return answers[0]
        return None
    finally:
        for task in pending:
            task.cancel()


async def beat(pulse):
    try:
        while True:
            await pulse.get("beat")
    finally:
        await pulse.get("goodbye")


async def with_pulse(work, pulse):
    beating, cancelled = asyncio.create_task(beat(pulse)), None
    try:
        return await work.get()
    finally:
        beating.cancel()
        while not beating.done():
            try:
                await asyncio.wait([beating])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
