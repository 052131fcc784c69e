# fails: same_bytes, loop_is_free, as_they_come, small_at_once | says: another piece at work
import asyncio


async def compress(pieces, squeezer, pool, small):
    loop = asyncio.get_running_loop()
    jobs = [loop.run_in_executor(pool, squeezer.add, piece) async for piece in pieces]
    for piece in await asyncio.gather(*jobs):
        yield piece
    yield await loop.run_in_executor(pool, squeezer.end)
