# fails: side_by_side | says: Let each have a thread

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
    return await anyio.to_thread.run_sync(lambda: [read(archive, name) for name in names])
