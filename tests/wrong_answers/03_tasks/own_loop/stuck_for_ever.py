# fails: refused_on_the_loop, timeout | says: holds the loop itself
import asyncio


class Prices:
    def __init__(self, shop):
        self.shop, self.loop = shop, asyncio.get_running_loop()

    def price_blocking(self, item, seconds):
        future = asyncio.run_coroutine_threadsafe(self.shop.get(item), self.loop)
        return future.result()

    async def total(self, items):
        return sum(await asyncio.gather(*(self.shop.get(item) for item in items)))

    async def render(self, template):
        return await asyncio.to_thread(template, self.price_blocking)
