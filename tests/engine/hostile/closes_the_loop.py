# outcome: failed | ended: | says: 
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    asyncio.get_running_loop().close()
