# outcome: failed | ended: | says: SystemExit
# mypy: ignore-errors
import asyncio
import sys


async def greet(name, seconds):
    await asyncio.to_thread(sys.exit, 0)
