# fails: as_they_come | says: before you ask for the next one
import asyncio


async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    loop = asyncio.get_running_loop()
    for piece in [piece async for piece in pieces]:
        if len(piece) < small:
            yield squeezer.add(piece)
        else:
            yield await loop.run_in_executor(pool, squeezer.add, piece)
    yield await loop.run_in_executor(pool, squeezer.end)
