"""Uses the attempt's `Prices` from the loop and from threads."""

import asyncio

import attempt


async def from_threads(shop, items, seconds):
    """The price of each item, each asked for in a thread of its own."""
    prices = attempt.Prices(shop)
    asked = (asyncio.to_thread(prices.price_blocking, item, seconds) for item in items)
    return await asyncio.gather(*asked)


async def from_the_loop(shop, item):
    """Asks in blocking fashion, on the loop itself: the name of the error, if there is one."""
    prices = attempt.Prices(shop)
    try:
        prices.price_blocking(item, 5)
    except Exception as error:
        return type(error).__name__


async def total(shop, items):
    """The sum."""
    return await attempt.Prices(shop).total(items)


async def rendered(shop, items):
    """What a template makes of the prices, one line for each item."""

    def template(price):
        return [f"{item}: {price(item, 60)}" for item in items]

    return await attempt.Prices(shop).render(template)
