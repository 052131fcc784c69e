# outcome: failed | ended: | says: Cancelled
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    asyncio.current_task().cancel()
    await asyncio.sleep(seconds)
