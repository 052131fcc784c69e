# fails: discarded_last, others_given_up, error_after_the_end | says: gather hands it on
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
    except BaseException:
        await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
