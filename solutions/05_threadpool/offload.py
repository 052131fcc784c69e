"""Offload

The archive is an old library that blocks. `archive.open(name)` returns a file. `file.read_line()`
returns its next line, or None after the last, and `file.close()` closes it. A file can only be
used in the thread that has opened it.

- `load(archive, name)` returns the lines of one file. Whatever happens, a file that was opened is
  closed; an error reaches the caller.
- `load_all(archive, names)` returns the lines of each file, in the order of the names. The files
  are read side by side.

The loop is free all the time. Threads may be scarce, and who gives one up has to queue for the
next: a file is one visit to a thread, not one for each line.
"""

import asyncio

import anyio.to_thread


def read(archive, name):
    """The lines of a file, for a thread."""
    file = archive.open(name)
    try:
        lines = []
        while (line := file.read_line()) is not None:
            lines.append(line)
        return lines
    finally:
        file.close()


async def load(archive, name):
    """The lines of a file, as a list."""
    return await anyio.to_thread.run_sync(read, archive, name)


async def load_all(archive, names):
    """The lines of each of the files, as a list of lists, in the order of the names."""
    return await asyncio.gather(*(load(archive, name) for name in names))
