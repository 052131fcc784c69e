import asyncio

import anyio


async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""
    connection = await database.connect()
    try:
        try:
            await disk.get("open")
            for key in keys:
                await disk.get("write", await connection.get(key))
        finally:
            with anyio.CancelScope(shield=True):
                try:
                    await disk.get("close")
                except asyncio.CancelledError:
                    await disk.get("close")
                    raise
    finally:
        connection.terminate()
    return len(keys)
