import asyncio


async def load(archive, name):
    loop = asyncio.get_running_loop()

    def work():
        file = archive.open(name)
        lines = []
        try:
            while True:
                line = file.read_line()
                if line is None:
                    return lines
                lines.append(line)
        finally:
            file.close()

    return await loop.run_in_executor(None, work)


async def load_all(archive, names):
    return list(await asyncio.gather(*[load(archive, name) for name in names]))
