# fails: others_given_up | says: They have to be cancelled at that moment
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
    copies = [copy(table, archive, pages) for table in tables]
    counts = await asyncio.gather(*copies, return_exceptions=True)
    for each in counts:
        if isinstance(each, BaseException):
            await archive.get("discard")
            raise each
    await archive.get("keep")
    return counts
