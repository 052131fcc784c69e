# fails: discarded_last | says: was never told to discard
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
    async with asyncio.TaskGroup() as group:
        copies = [group.create_task(copy(table, archive, pages)) for table in tables]
    await archive.get("keep")
    return [each.result() for each in copies]
