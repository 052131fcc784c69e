import asyncio
from contextlib import closing


def read(archive, name):
    with closing(archive.open(name)) as file:
        return list(iter(file.read_line, None))


async def load(archive, name):
    return await asyncio.to_thread(read, archive, name)


async def load_all(archive, names):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(load(archive, name)) for name in names]
    return [task.result() for task in tasks]
