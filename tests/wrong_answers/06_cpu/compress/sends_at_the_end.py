# fails: as_they_come, small_at_once | says: Yield each piece before
import asyncio


async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    sent, loop = [], asyncio.get_running_loop()
    async for piece in pieces:
        if len(piece) < small:
            sent.append(squeezer.add(piece))
        else:
            sent.append(await loop.run_in_executor(pool, squeezer.add, piece))
    sent.append(await loop.run_in_executor(pool, squeezer.end))
    for piece in sent:
        yield piece
