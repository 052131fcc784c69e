# fails: others_given_up | says: Who waits for the copies in turn sees the error late
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
        counts = [await each for each in copies]
    except BaseException as error:
        for each in copies:
            each.cancel()
        await asyncio.wait(copies)
        if isinstance(error, Exception):
            await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
