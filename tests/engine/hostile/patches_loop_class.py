# outcome: failed | ended: replaced | says: your program replaced | names: call_later
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    asyncio.BaseEventLoop.call_later = None
    return f'Hello, {name}!'
