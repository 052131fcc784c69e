# outcome: failed | ended: | says: 
# mypy: ignore-errors
import _thread
import ctypes


async def greet(name, seconds):
    _thread.start_new_thread(ctypes.CDLL(None).sleep, (60,))
    return None
