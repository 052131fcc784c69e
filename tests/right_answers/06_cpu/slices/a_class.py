import asyncio
import time


class Slice:
    """A stretch of computing, with an end."""

    def __init__(self, budget):
        self.budget = budget
        self.begin()

    def begin(self):
        self.began = time.monotonic()

    async def pause(self):
        if time.monotonic() - self.began >= self.budget:
            await asyncio.sleep(0)
            self.begin()


async def each(function, items, budget):
    piece, results = Slice(budget), []
    for item in items:
        await piece.pause()
        results.append(function(item))
    return results
