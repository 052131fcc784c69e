"""Own loop

`Prices` serves two kinds of callers: coroutines on the loop, and sync code in threads. It is made
on the loop, and is stuck as soon as a coroutine uses it: `.result()` holds the thread that calls it
until the loop has done something, and in that thread the loop should run. Mend it:

- `price_blocking` is for threads. Called on the loop that it waits for, it raises RuntimeError at
  once, and asks nobody. After `seconds` it raises TimeoutError, and then the shop's answer is not
  waited for any more: nothing of the call is left.
- `total` is for coroutines. It asks for all prices at the same time, however many, and holds nobody
  up.
- `render` hands `price_blocking` to a template: sync code of somebody else's, which calls it and
  waits. That must not happen on the loop.
"""

import asyncio


class Prices:
    """The prices of a shop, for coroutines and for threads."""

    def __init__(self, shop):
        """Belongs to the loop that runs now."""
        self.shop, self.loop = shop, asyncio.get_running_loop()

    def price_blocking(self, item, seconds):
        """The price of an item, for sync code in a thread; it takes at most `seconds`."""
        future = asyncio.run_coroutine_threadsafe(self.shop.get(item), self.loop)
        return future.result()

    async def total(self, items):
        """The sum of the prices of all items."""
        return sum(self.price_blocking(item, 60) for item in items)

    async def render(self, template):
        """What the template makes of the prices: `template(price_blocking)`, a sync function."""
        return template(self.price_blocking)
