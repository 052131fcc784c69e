# outcome: failed | ended: | says: 
# mypy: ignore-errors
import sys


async def greet(name, seconds):
    sys.setrecursionlimit(40)
    return await greet(name, seconds)
