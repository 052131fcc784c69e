# fails: one_visit, side_by_side | says: was opened in another thread
import asyncio

import anyio.to_thread


async def load(archive, name):
    file = await anyio.to_thread.run_sync(archive.open, name)
    try:
        lines = []
        while (line := await anyio.to_thread.run_sync(file.read_line)) is not None:
            lines.append(line)
        return lines
    finally:
        await anyio.to_thread.run_sync(file.close)


async def load_all(archive, names):
    return await asyncio.gather(*(load(archive, name) for name in names))
