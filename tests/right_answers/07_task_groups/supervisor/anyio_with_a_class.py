import anyio


class Keeper:
    """One feed, and how long to pause."""

    def __init__(self, feed, first, longest):
        self.feed, self.first, self.longest = feed, first, longest
        self.calls = self.failures = 0

    async def run(self):
        while not await self.lives():
            await anyio.sleep(min(self.first * 2**self.failures, self.longest))
            self.failures += 1

    async def lives(self):
        self.calls += 1
        began = anyio.current_time()
        try:
            await self.feed.get()
        except Exception:
            if anyio.current_time() - began >= self.longest:
                self.failures = 0
            return False
        return True


async def supervise(feeds, stop, first, longest):
    keepers = [Keeper(feed, first, longest) for feed in feeds]
    async with anyio.create_task_group() as group:
        for keeper in keepers:
            group.start_soon(keeper.run)
        await stop.get()
        group.cancel_scope.cancel()
    return [keeper.calls for keeper in keepers]
