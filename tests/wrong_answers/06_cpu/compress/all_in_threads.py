# fails: small_at_once | says: need not wait for a thread
import asyncio


async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    loop = asyncio.get_running_loop()
    async for piece in pieces:
        yield await loop.run_in_executor(pool, squeezer.add, piece)
    yield await loop.run_in_executor(pool, squeezer.end)
