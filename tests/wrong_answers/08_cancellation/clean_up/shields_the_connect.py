# fails: cancelled, many_schedules | says: opened after `export` had ended
import asyncio

import anyio


async def surely(work):
    """Do this to its end, also if a cancellation comes meanwhile; that goes out behind it."""
    task = asyncio.create_task(work)
    with anyio.CancelScope(shield=True):
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await task
            raise


async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""
    connection = await asyncio.shield(database.connect())
    try:
        try:
            await disk.get("open")
            for key in keys:
                await disk.get("write", await connection.get(key))
        finally:
            await surely(disk.get("close"))
    finally:
        connection.terminate()
    return len(keys)
