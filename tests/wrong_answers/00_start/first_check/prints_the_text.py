# fails: greeting | says: what a function prints, its caller never sees
import asyncio


async def greet(name, seconds):
    await asyncio.sleep(seconds)
    print(f"Hello, {name}!")
