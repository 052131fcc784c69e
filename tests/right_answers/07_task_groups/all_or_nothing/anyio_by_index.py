import anyio


async def copy(table, archive, pages):
    await table.get("open")
    try:
        for page in range(pages):
            await archive.get("write", await table.get(page))
    finally:
        await table.get("close")
    return pages


async def backup(tables, archive, pages):
    counts = {}

    async def one(index):
        counts[index] = await copy(tables[index], archive, pages)

    try:
        async with anyio.create_task_group() as group:
            for index in range(len(tables)):
                group.start_soon(one, index)
    except Exception:
        await archive.get("discard")
        raise
    await archive.get("keep")
    return [counts[index] for index in range(len(tables))]
