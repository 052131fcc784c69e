# fails: wait | says: without `await` does not sleep
import asyncio


async def greet(name, seconds):
    asyncio.sleep(seconds)
    return f"Hello, {name}!"
