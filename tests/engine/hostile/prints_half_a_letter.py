# outcome: failed | ended: | says: returned None
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.write(1, b'\xff\xfe\x00')
