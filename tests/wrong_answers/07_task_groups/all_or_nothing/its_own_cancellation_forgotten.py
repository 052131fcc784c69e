# fails: caller_gives_up | says: Each copy is a task of its own
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
    done, running = await asyncio.wait(copies, return_when=asyncio.FIRST_EXCEPTION)
    if running or any(each.exception() for each in done):
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await archive.get("discard")
    else:
        await archive.get("keep")
    for each in done:
        each.result()
    return [each.result() for each in copies]
