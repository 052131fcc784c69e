import asyncio


async def compress(pieces, squeezer, pool, small):
    async def done(function, *args):
        return await asyncio.wrap_future(pool.submit(function, *args))

    async for piece in pieces:
        yield await done(squeezer.add, piece) if len(piece) >= small else squeezer.add(piece)
    yield await done(squeezer.end)
