import asyncio
import threading


class Prices:
    def __init__(self, shop):
        self.shop = shop
        self.loop, self.home = asyncio.get_running_loop(), threading.get_ident()

    def price_blocking(self, item, seconds):
        if threading.get_ident() == self.home:
            raise RuntimeError("the loop lives in this thread")
        within = asyncio.wait_for(self.shop.get(item), seconds)
        return asyncio.run_coroutine_threadsafe(within, self.loop).result()

    async def total(self, items):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.shop.get(item)) for item in items]
        return sum(task.result() for task in tasks)

    async def render(self, template):
        return await self.loop.run_in_executor(None, template, self.price_blocking)
