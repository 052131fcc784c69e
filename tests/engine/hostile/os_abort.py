# outcome: failed | ended: crashed | says: SIGABRT
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.abort()
