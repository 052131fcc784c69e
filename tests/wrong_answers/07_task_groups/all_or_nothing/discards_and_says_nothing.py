# fails: error_after_the_end | says: did not come to the caller
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
    copies = []
    try:
        async with asyncio.TaskGroup() as group:
            copies += [group.create_task(copy(table, archive, pages)) for table in tables]
    except* Exception:
        await archive.get("discard")
        copies.clear()
    else:
        await archive.get("keep")
    return [each.result() for each in copies]
