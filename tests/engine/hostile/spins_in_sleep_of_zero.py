# outcome: failed | ended: | says: Livelock
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    while True:
        await asyncio.sleep(0)
