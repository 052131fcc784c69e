"""Clean up

`export` copies rows of a database to a file on a disk. As long as nobody disturbs it, it is right.
Mend it: whatever fails, and wherever it is cancelled, when `export` has ended

- its connection is closed. `await connection.close()` says goodbye, and if that is cancelled, the
  connection stays open. `connection.terminate()` just drops it, and needs no await.
- the file is closed: a `close`, begun when all other calls to the disk were over, has come to its
  end. It is due once the disk was asked to `open`, for a call that was cancelled may have been
  carried out all the same. Where nothing is open, it does no harm.
- its caller hears of it: the error, or the CancelledError, goes out.

A cancellation may come once, also while it cleans up. Or a scope of anyio ends, which cancels again
at each await: what stands in `anyio.CancelScope(shield=True)` is spared that.
"""


async def export(database, disk, keys):
    """Copy the rows with these keys to the disk; return how many."""
    connection = await database.connect()
    await disk.get("open")
    for key in keys:
        await disk.get("write", await connection.get(key))
    await disk.get("close")
    await connection.close()
    return len(keys)
