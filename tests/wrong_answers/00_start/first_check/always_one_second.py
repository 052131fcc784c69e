# fails: wait | says: for the `seconds` that were given
import asyncio


async def greet(name, seconds):
    await asyncio.sleep(1)
    return f"Hello, {name}!"
