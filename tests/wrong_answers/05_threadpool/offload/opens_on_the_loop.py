# fails: lines, loop_is_free, one_visit, side_by_side, closed | says: was opened in another thread
import asyncio

import anyio.to_thread


def read(file):
    lines = []
    try:
        while (line := file.read_line()) is not None:
            lines.append(line)
        return lines
    finally:
        file.close()


async def load(archive, name):
    return await anyio.to_thread.run_sync(read, archive.open(name))


async def load_all(archive, names):
    return await asyncio.gather(*(load(archive, name) for name in names))
