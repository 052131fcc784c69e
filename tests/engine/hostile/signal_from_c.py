# outcome: failed | ended: crashed | says: SIGALRM
# mypy: ignore-errors
import ctypes
import signal


async def greet(name, seconds):
    getattr(ctypes.CDLL(None), 'raise')(signal.SIGALRM)
