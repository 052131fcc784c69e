"""First check

Somebody asks to be greeted, after a while. Write `greet`:

1. wait for `seconds` seconds, with `await asyncio.sleep(seconds)`;
2. return the text "Hello, Ada!", with `name` in place of Ada.

The check calls `greet` with names and times of its own, so the answer has to hold for all of them.
"""

import asyncio


async def greet(name, seconds):
    """Wait for `seconds` seconds, then return "Hello, <name>!"."""
    raise NotImplementedError
