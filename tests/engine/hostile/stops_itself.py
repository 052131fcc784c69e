# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import os
import signal


async def greet(name, seconds):
    os.kill(os.getpid(), signal.SIGSTOP)
