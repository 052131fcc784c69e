# fails: all_is_kept | says: all copies have to run at the same time


async def copy(table, archive, pages):
    await table.get("open")
    try:
        for page in range(pages):
            await archive.get("write", await table.get(page))
    finally:
        await table.get("close")
    return pages


async def backup(tables, archive, pages):
    try:
        counts = [await copy(table, archive, pages) for table in tables]
    except Exception:
        await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
