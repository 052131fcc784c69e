# outcome: failed | ended: | says: Deadlock
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    await asyncio.Event().wait()
