# fails: cancelled, many_schedules | says: shields against scopes, and not against `task.cancel()`
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
                await disk.get("close")
    finally:
        connection.terminate()
    return len(keys)
