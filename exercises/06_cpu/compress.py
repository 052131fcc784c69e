"""Compress

A download is compressed on its way. `squeezer.add(piece)` returns what becomes of a piece, and
`squeezer.end()` what is left at the end. Both compute, on the loop, and hold it. Mend `compress`:

- Pieces of `small` bytes or more are compressed in `pool`, a ThreadPoolExecutor that all downloads
  share, and so is the end. zlib is code of C that drops the GIL: as many threads of the pool as
  there are cores compute at once. A squeezer cannot be sent to a process.
- Smaller pieces are compressed on the spot. That takes less time than the trip, and when all the
  threads are busy, they need not wait.
- Each piece goes out as soon as it is compressed. A squeezer has a state: give it one piece after
  another, in their order.
"""


async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    async for piece in pieces:
        yield squeezer.add(piece)
    yield squeezer.end()
