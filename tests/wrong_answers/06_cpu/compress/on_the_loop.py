# fails: loop_is_free, threads_of_the_pool | says: the loop was held for
async def compress(pieces, squeezer, pool, small):
    """Yield the compressed pieces of a download; `pieces` is an async iterator of bytes."""
    async for piece in pieces:
        yield squeezer.add(piece)
    yield squeezer.end()
