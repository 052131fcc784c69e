# outcome: failed | ended: crashed | says: it closed the files
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.closerange(0, 100)
