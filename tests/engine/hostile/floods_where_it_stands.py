# outcome: failed | ended: printed too much | says: printed more than
# mypy: ignore-errors
import os


async def greet(name, seconds):
    while True:
        os.write(4, b'x' * 65536)
