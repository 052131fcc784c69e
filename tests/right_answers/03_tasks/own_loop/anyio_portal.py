import anyio
import anyio.from_thread
import anyio.to_thread
from anyio.lowlevel import current_token


class Prices:
    def __init__(self, shop):
        self.shop, self.token = shop, current_token()

    async def within(self, item, seconds):
        with anyio.fail_after(seconds):
            return await self.shop.get(item)

    def price_blocking(self, item, seconds):
        try:
            anyio.get_current_task()
        except (anyio.NoEventLoopError, RuntimeError):
            return anyio.from_thread.run(self.within, item, seconds, token=self.token)
        raise RuntimeError("a coroutine can await it")

    async def total(self, items):
        prices = {}

        async def ask(item):
            prices[item] = await self.shop.get(item)

        async with anyio.create_task_group() as group:
            for item in items:
                group.start_soon(ask, item)
        return sum(prices.values())

    async def render(self, template):
        return await anyio.to_thread.run_sync(template, self.price_blocking)
