import asyncio


class Compressed:
    def __init__(self, pieces, squeezer, pool, small):
        self.pieces, self.squeezer, self.pool, self.small = pieces, squeezer, pool, small
        self.over = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.over:
            raise StopAsyncIteration
        loop = asyncio.get_running_loop()
        try:
            piece = await anext(self.pieces)
        except StopAsyncIteration:
            self.over = True
            return await loop.run_in_executor(self.pool, self.squeezer.end)
        if len(piece) >= self.small:
            return await loop.run_in_executor(self.pool, self.squeezer.add, piece)
        return self.squeezer.add(piece)


compress = Compressed
