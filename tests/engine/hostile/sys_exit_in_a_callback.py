# outcome: failed | ended: | says: SystemExit
# mypy: ignore-errors
import asyncio
import sys


async def greet(name, seconds):
    asyncio.get_running_loop().call_soon(sys.exit, 0)
    await asyncio.sleep(seconds)
    return f'Hello, {name}!'
