"""Answers to start/first_check, right and wrong."""

from __future__ import annotations

ID = "start/first_check"
FILE = "00_start/first_check.py"

RIGHT = """\
import asyncio

async def greet(name, seconds):
    await asyncio.sleep(seconds)
    return f"Hello, {name}!"
"""
# As long as the right one, and wrong.
WRONG = RIGHT.replace("Hello, {", "Hallo, {")
BLOCKS = """\
import time

async def greet(name, seconds):
    time.sleep(seconds)
    return f"Hello, {name}!"
"""
SPINS = """\
from pathlib import Path

Path({marker!r}).touch()
while True:
    pass
"""
