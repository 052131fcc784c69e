# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import os
import signal


async def greet(name, seconds):
    for _ in range(4):
        os.fork()
    while True:
        signal.pause()
