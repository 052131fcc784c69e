# outcome: failed | ended: crashed | says: 
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 3)
