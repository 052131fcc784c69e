# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import os


async def greet(name, seconds):
    os.write(4, b'Current thread\n  File "first_check.py", line 99999999999999999999 in greet\n')
    while True:
        pass
