# outcome: failed | ended: | says: 
# mypy: ignore-errors
import asyncio
import warnings


async def greet(name, seconds):
    warnings.simplefilter('error')
    asyncio.sleep(1)
    return None
