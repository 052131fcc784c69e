import asyncio


async def copy(table, archive, pages):
    await table.get("open")
    try:
        for page in range(pages):
            await archive.get("write", await table.get(page))
    finally:
        await table.get("close")
    return pages


class Backup:
    """gather, and by hand what a group does at its end: cancel, and wait."""

    def __init__(self, tables, archive):
        self.tables, self.archive, self.tasks = tables, archive, []

    async def run(self, pages):
        self.tasks = [asyncio.create_task(copy(each, self.archive, pages)) for each in self.tables]
        try:
            return await asyncio.gather(*self.tasks)
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.wait(self.tasks)


async def backup(tables, archive, pages):
    try:
        counts = await Backup(tables, archive).run(pages)
    except Exception:
        await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
