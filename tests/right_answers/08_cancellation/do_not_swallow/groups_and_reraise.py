import asyncio
from contextlib import suppress

import anyio

from checker.lab.services import UpstreamError


async def poll(feeds):
    """What the feeds have to say; who fails is passed over."""
    said = []
    for feed in feeds:
        try:
            answer = await feed.get()
        except asyncio.CancelledError:
            raise
        except BaseException:
            continue
        said.append(answer)
    return said


async def first_answer(shops):
    """The first answer; None if all fail."""
    answers = []

    async def ask(shop):
        with suppress(UpstreamError):
            answers.append(await shop.get())
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for shop in shops:
            group.start_soon(ask, shop)
    return answers[0] if answers else None


async def beat(pulse):
    """Beats until it is cancelled, and then says goodbye."""
    try:
        while True:
            await pulse.get("beat")
    finally:
        await pulse.get("goodbye")


async def with_pulse(work, pulse):
    """What comes of the work, beside which a pulse beats."""
    async with asyncio.TaskGroup() as group:
        beating = group.create_task(beat(pulse))
        answer = await work.get()
        beating.cancel()
    return answer
