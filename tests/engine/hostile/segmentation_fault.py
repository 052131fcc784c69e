# outcome: failed | ended: crashed | says: SIGSEGV
# mypy: ignore-errors
import ctypes


async def greet(name, seconds):
    ctypes.string_at(0)
