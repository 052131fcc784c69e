# fails: refused_on_the_loop | says: what was handed to the loop by then will run
import asyncio


class Prices:
    def __init__(self, shop):
        self.shop, self.loop = shop, asyncio.get_running_loop()

    def price_blocking(self, item, seconds):
        future = asyncio.run_coroutine_threadsafe(self.shop.get(item), self.loop)
        if asyncio._get_running_loop() is self.loop:
            raise RuntimeError("this would wait for the loop on the loop: await the price instead")
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    async def total(self, items):
        return sum(await asyncio.gather(*(self.shop.get(item) for item in items)))

    async def render(self, template):
        return await asyncio.to_thread(template, self.price_blocking)
