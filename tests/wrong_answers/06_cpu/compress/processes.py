# fails: same_bytes, loop_is_free, as_they_come, threads_of_the_pool, small_at_once | says: pickle
import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


async def compress(pieces, squeezer, pool, small):
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        async for piece in pieces:
            if len(piece) < small:
                yield squeezer.add(piece)
            else:
                yield await loop.run_in_executor(pool, squeezer.add, piece)
        yield await loop.run_in_executor(pool, squeezer.end)
