# outcome: failed | ended: | says: asyncio.run() cannot be called
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    return asyncio.run(asyncio.sleep(seconds))
