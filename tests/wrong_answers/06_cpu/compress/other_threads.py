# fails: threads_of_the_pool | says: has a pool of its own
import asyncio


async def compress(pieces, squeezer, pool, small):
    async for piece in pieces:
        if len(piece) < small:
            yield squeezer.add(piece)
        else:
            yield await asyncio.to_thread(squeezer.add, piece)
    yield await asyncio.to_thread(squeezer.end)
