# outcome: failed | ended: | says: 
# mypy: ignore-errors
import asyncio
import os
import signal


async def greet(name, seconds):
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(seconds)
    return f'Hello, {name}!'
