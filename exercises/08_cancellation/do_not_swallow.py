"""Do not swallow

Three functions catch more than is theirs. Each of them goes on when it is asked to end. Mend them:

- `poll` asks each feed, one after the other, and returns what those have answered that did not
  fail. A feed that fails is passed over.
- `first_answer` asks the shops at the same time and returns the first answer that there is, or None
  if all of them failed. It waits for nobody else: the rest are given up.
- `with_pulse` does its work while a pulse beats beside it, and returns what came of the work. When
  that is over, the pulse is cancelled, and has ended when `with_pulse` does: it says goodbye, and
  that takes its time.

Wherever one of them is cancelled, the CancelledError goes out, and nothing of it goes on. That an
error of a service is caught is fine.
"""

import asyncio
from contextlib import suppress


async def poll(feeds):
    """What the feeds have to say; who fails is passed over."""
    said = []
    for feed in feeds:
        try:
            said.append(await feed.get())
        except BaseException:
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
        with suppress(asyncio.CancelledError):
            await beating
