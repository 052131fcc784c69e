# fails: total | says: a pool has only a few
import asyncio


class Prices:
    def __init__(self, shop):
        self.shop, self.loop = shop, asyncio.get_running_loop()

    def price_blocking(self, item, seconds):
        if asyncio._get_running_loop() is self.loop:
            raise RuntimeError("this would wait for the loop on the loop: await the price instead")
        future = asyncio.run_coroutine_threadsafe(self.shop.get(item), self.loop)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    async def total(self, items):
        asked = (asyncio.to_thread(self.price_blocking, item, 60) for item in items)
        return sum(await asyncio.gather(*asked))

    async def render(self, template):
        return await asyncio.to_thread(template, self.price_blocking)
