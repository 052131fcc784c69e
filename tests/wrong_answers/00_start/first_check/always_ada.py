# fails: greeting | says: take the name from `name`
import asyncio


async def greet(name, seconds):
    await asyncio.sleep(seconds)
    return "Hello, Ada!"
