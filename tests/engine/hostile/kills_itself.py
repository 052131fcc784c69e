# outcome: failed | ended: crashed | says: SIGKILL
# mypy: ignore-errors
import os
import signal


async def greet(name, seconds):
    os.kill(os.getpid(), signal.SIGKILL)
