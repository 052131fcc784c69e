# outcome: failed | ended: | says: 
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.fork()
    return None
