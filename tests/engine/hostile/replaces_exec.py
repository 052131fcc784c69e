# outcome: failed | ended: crashed | says: exit code
# mypy: ignore-errors
import os
import sys


async def greet(name, seconds):
    os.execv(sys.executable, [sys.executable, '-c', 'print(1)'])
