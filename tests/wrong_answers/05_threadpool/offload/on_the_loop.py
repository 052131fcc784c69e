# fails: loop_is_free, one_visit, side_by_side | says: All of it belongs into a function
import asyncio


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
    return read(archive, name)


async def load_all(archive, names):
    return await asyncio.gather(*(load(archive, name) for name in names))
