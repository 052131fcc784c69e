# outcome: failed | ended: | says: asyncio.run() cannot be called
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    return f'Hello, {name}!'


print(asyncio.run(greet('Ada', 1)))
