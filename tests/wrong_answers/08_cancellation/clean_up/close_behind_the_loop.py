# fails: failure, cancelled, scope, many_schedules | says: Whatever is due in any case
async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""
    connection = await database.connect()
    await disk.get("open")
    for key in keys:
        await disk.get("write", await connection.get(key))
    await disk.get("close")
    connection.terminate()
    return len(keys)
