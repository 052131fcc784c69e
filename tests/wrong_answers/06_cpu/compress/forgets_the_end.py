# fails: same_bytes, as_they_come, threads_of_the_pool | says: has no end
import asyncio


async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    loop = asyncio.get_running_loop()
    async for piece in pieces:
        if len(piece) < small:
            yield squeezer.add(piece)
        else:
            yield await loop.run_in_executor(pool, squeezer.add, piece)
