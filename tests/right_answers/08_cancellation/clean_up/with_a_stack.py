import asyncio
from contextlib import AsyncExitStack

import anyio


async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""

    async def close():
        closing, cancelled = asyncio.create_task(disk.get("close")), None
        with anyio.CancelScope(shield=True):
            while not closing.done():
                try:
                    await asyncio.wait([closing])
                except asyncio.CancelledError as error:
                    cancelled = error
        if cancelled is not None:
            raise cancelled
        closing.result()

    async with AsyncExitStack() as stack:
        connection = await database.connect()
        stack.callback(connection.terminate)
        stack.push_async_callback(close)
        await disk.get("open")
        for key in keys:
            row = await connection.get(key)
            await disk.get("write", row)
    return len(keys)
