# outcome: failed | ended: | says: CancelledError
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    raise asyncio.CancelledError
