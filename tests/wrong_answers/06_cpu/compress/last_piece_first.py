# fails: same_bytes, as_they_come, small_at_once | says: each once, in their order
import asyncio


async def compress(pieces, squeezer, pool, small):
    loop = asyncio.get_running_loop()
    for piece in reversed([piece async for piece in pieces]):
        yield await loop.run_in_executor(pool, squeezer.add, piece)
    yield await loop.run_in_executor(pool, squeezer.end)
