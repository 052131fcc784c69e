# outcome: failed | ended: blocked | says: 1 s of real time
# mypy: ignore-errors
import ctypes


async def greet(name, seconds):
    ctypes.CDLL(None).pause()
