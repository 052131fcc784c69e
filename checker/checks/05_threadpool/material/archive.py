"""An old library of files, and threads that are taken: what the attempt's `load` meets.

A file is a list of lines; a line that begins with "!" cannot be read. Opening, reading and closing
take their time, and what was opened and closed goes into a journal.
"""

import asyncio
import threading
import time

import anyio.to_thread
import attempt

STEP_S = 0.01


class Archive:
    def __init__(self, files, told):
        self.files, self.told = files, told

    def open(self, name):
        time.sleep(STEP_S)
        if name not in self.files:
            raise FileNotFoundError(f"the archive has no {name!r}")
        self.told.write(f"opened {name}")
        return File(name, iter(self.files[name]), self.told)


class File:
    def __init__(self, name, lines, told):
        self.name, self.lines, self.told = name, lines, told
        self.owner, self.is_open = threading.get_ident(), True

    def read_line(self):
        self.check()
        time.sleep(STEP_S)
        line = next(self.lines, None)
        if line is not None and line.startswith("!"):
            raise OSError(line)
        return line

    def close(self):
        self.check()
        time.sleep(STEP_S)
        self.is_open = False
        self.told.write(f"closed {self.name}")

    def check(self):
        if threading.get_ident() != self.owner:
            raise RuntimeError(f"{self.name} was opened in another thread")
        if not self.is_open:
            raise RuntimeError(f"{self.name} is closed")


async def load(files, told, name):
    return await attempt.load(Archive(files, told), name)


async def load_all(files, told, names):
    return await attempt.load_all(Archive(files, told), names)


async def load_in_line(files, told, name, rounds):
    """Load while the threads are taken, and others queue for them: so many rounds of 1 s."""
    jobs = [
        asyncio.create_task(each)
        for _ in range(rounds)
        for each in (
            *(anyio.to_thread.run_sync(time.sleep, 1) for _ in range(40)),
            *(asyncio.to_thread(time.sleep, 1) for _ in range(8)),
        )
    ]
    await asyncio.sleep(0.5)
    loading = asyncio.create_task(attempt.load(Archive(files, told), name))
    await asyncio.sleep(0.1)
    behind = [
        *(asyncio.create_task(anyio.to_thread.run_sync(time.sleep, 1)) for _ in range(40)),
        *(asyncio.create_task(asyncio.to_thread(time.sleep, 1)) for _ in range(8)),
    ]
    lines = await loading
    told.write("loaded")
    await asyncio.gather(*jobs, *behind)
    return lines
