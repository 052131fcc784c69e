# outcome: failed | ended: | says: Cancelled
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    for task in asyncio.all_tasks():
        task.cancel()
    await asyncio.sleep(seconds)
