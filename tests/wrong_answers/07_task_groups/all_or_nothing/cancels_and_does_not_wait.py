# fails: error_after_the_end | says: it still has a table to close
import asyncio


async def copy(table, archive, pages):
    await table.get("open")
    try:
        for page in range(pages):
            await archive.get("write", await table.get(page))
    finally:
        await table.get("close")
    return pages


async def backup(tables, archive, pages):
    copies = [asyncio.create_task(copy(table, archive, pages)) for table in tables]
    try:
        counts = await asyncio.gather(*copies)
    except Exception:
        for each in copies:
            each.cancel()
        await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
