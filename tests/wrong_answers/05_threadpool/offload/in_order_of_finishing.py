# fails: side_by_side | says: in the order of the names
import asyncio

import anyio.to_thread


def read(archive, name):
    file = archive.open(name)
    try:
        lines = []
        while (line := file.read_line()) is not None:
            lines.append(line)
        return lines
    finally:
        file.close()


async def load(archive, name):
    return await anyio.to_thread.run_sync(read, archive, name)


async def load_all(archive, names):
    loading = asyncio.as_completed([load(archive, name) for name in names])
    return [await each for each in loading]
