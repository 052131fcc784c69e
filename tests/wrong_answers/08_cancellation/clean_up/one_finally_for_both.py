# fails: cancelled, scope, many_schedules | says: the second needs a `finally` of its own
async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""
    connection = await database.connect()
    try:
        await disk.get("open")
        for key in keys:
            await disk.get("write", await connection.get(key))
    finally:
        await disk.get("close")
        await connection.close()
    return len(keys)
