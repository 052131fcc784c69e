"""Calls a function of the attempt in a scope of anyio, which ends after so many seconds."""

import anyio
import attempt


async def within(seconds, name, *args):
    with anyio.move_on_after(seconds):
        await getattr(attempt, name)(*args)
