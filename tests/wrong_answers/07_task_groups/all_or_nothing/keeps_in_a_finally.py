# fails: caller_gives_up, discarded_last | says: was told to keep what it has
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
    try:
        async with asyncio.TaskGroup() as group:
            copies = [group.create_task(copy(table, archive, pages)) for table in tables]
    except* Exception:
        await archive.get("discard")
        raise
    finally:
        await archive.get("keep")
    return [each.result() for each in copies]
