"""Downloads that an attempt compresses, in threads of one pool."""

import asyncio
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import attempt

from checker import lab

# So slow is no real zlib; a second should not need megabytes here.
S_PER_BYTE, END_S = 0.0001, 0.05


class Squeezer:
    """Compresses one download. What comes out can be read at once, up to there."""

    def __init__(self):
        self._zlib, self._in_use = zlib.compressobj(1), False

    def add(self, piece):
        """What a piece becomes."""
        with self:
            lab.cpu(len(piece) * S_PER_BYTE, gil=False)
            return self._zlib.compress(piece) + self._zlib.flush(zlib.Z_SYNC_FLUSH)

    def end(self):
        """What is left."""
        with self:
            lab.cpu(END_S, gil=False)
            return self._zlib.flush()

    def __enter__(self):
        if self._in_use:
            raise RuntimeError("this squeezer has another piece at work")
        self._in_use = True

    def __exit__(self, *error):
        self._in_use = False


async def pieces_of(download, pause):
    """The pieces, with a pause before each but the first."""
    for number, piece in enumerate(download):
        if number:
            await asyncio.sleep(pause)
        yield piece


async def compressed(download, pause, pool, small, log):
    """One download, compressed; the log has the moments at which pieces went out."""
    sent = []
    async for piece in attempt.compress(pieces_of(download, pause), Squeezer(), pool, small):
        log.write(len(sent))
        sent.append(piece)
    return b"".join(sent)


async def all_of(downloads, log, threads, small, pause=0.0, busy_s=0.0):
    """All downloads at once; all threads of their pool are busy for so long at first."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(threads if busy_s else 0):
            pool.submit(time.sleep, busy_s)
        jobs = (compressed(each, pause, pool, small, log) for each in downloads)
        return await asyncio.gather(*jobs)
