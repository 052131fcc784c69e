"""Start early

`offer` draws a page, asks the stock whether there is any of an item, and then asks for the rate of
the day: one after another. The rate takes longest, and nothing of it depends on the rest.

Mend it: the rate is asked for first of all, before the page is drawn, and is waited for last.
Drawing holds the loop, and that is as it should be; the stock is asked when the page is drawn.

The rate is not always needed. Whenever `offer` ends, the call for it has ended too, and has had the
time to clean up: if the item is sold out, if the stock fails, and if `offer` is cancelled. An error
of a service that is needed reaches the caller as it is; an error of one that is not needed is
ignored.
"""

import asyncio

from checker import lab


def draw(seconds):
    """Draw the page. It computes, so the loop is held meanwhile."""
    lab.cpu(seconds)


async def offer(stock, rates, item, seconds):
    """The rate for `item`, or "sold out" if the stock answers False; the page takes `seconds`."""
    draw(seconds)
    if not await stock.get(item):
        return "sold out"
    return await rates.get(item)
