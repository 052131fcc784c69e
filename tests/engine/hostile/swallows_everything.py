# outcome: failed | ended: | says: 
# mypy: ignore-errors
import asyncio


async def greet(name, seconds):
    while True:
        try:
            await asyncio.Event().wait()
        except BaseException:
            pass
