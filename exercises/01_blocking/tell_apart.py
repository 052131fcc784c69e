"""Tell apart

Eight functions. While one of them runs, what happens to everybody else on the loop? Decide
before you run them, and return for each name one of these words:

- "blocks": time passes in it, and nobody else can have a turn;
- "yields": it gives the loop back before it has ended, so others can have a turn;
- "neither": no time passes in it, and nobody has a turn either.

Change `answers` only. The check runs the same eight functions, and looks.
"""

import asyncio
import time

from checker import lab


async def nap():
    await asyncio.sleep(1)


async def step_aside():
    await asyncio.sleep(0)


async def delegate():
    async def helper():
        time.sleep(1)

    await helper()


async def think():
    async def helper():
        return 6 * 7

    return await helper()


async def count():
    lab.cpu(1)  # stands for a second of computing


async def borrow_a_thread():
    await asyncio.to_thread(time.sleep, 1)


async def take_a_free_lock():
    async with asyncio.Lock():
        pass


async def forget():
    asyncio.sleep(1)


def answers():
    """The name of each function, with "blocks", "yields" or "neither"."""
    return {
        "nap": "?",
        "step_aside": "?",
        "delegate": "?",
        "think": "?",
        "count": "?",
        "borrow_a_thread": "?",
        "take_a_free_lock": "?",
        "forget": "?",
    }
