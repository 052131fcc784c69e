import asyncio


class Race:
    """Calls of which the first answer counts."""

    def __init__(self):
        self.tasks, self.news = [], asyncio.Event()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def enter(self, call):
        task = asyncio.ensure_future(call())
        task.add_done_callback(lambda _: self.news.set())
        self.tasks.append(task)

    @property
    def winner(self):
        for task in self.tasks:
            if task.done() and not task.exception():
                return task
        return None

    async def until_news(self, delay=None):
        self.news.clear()
        try:
            async with asyncio.timeout(delay):
                await self.news.wait()
        except TimeoutError:
            pass


async def hedged(first, second, delay):
    async with Race() as race:
        race.enter(first)
        await race.until_news(delay)
        if race.winner is None:
            race.enter(second)
        while race.winner is None:
            if all(task.done() for task in race.tasks):
                raise race.tasks[1].exception()
            await race.until_news()
        return race.winner.result()
