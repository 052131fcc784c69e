"""Never block

`quote` asks a shop for a price. A shop that does not know it yet answers None; then `quote`
pauses for `pause` seconds, and asks again until there is a price.

It does so correctly, and alone nobody would complain. Ten at once take ten times as long: while
one of them waits, it holds the loop. Mend it: the same questions, the same pauses, the same
answer, and a loop that is never held. A shop can be asked in two ways: `shop.get_blocking(item)`
holds the thread until the answer is there; `await shop.get(item)` gives the loop back meanwhile.
"""

import asyncio


async def quote(shop, item, pause):
    """The price of `item`; the shop is asked until it knows it, with a pause before each retry."""
    price = await shop.get(item)
    while price is None:
        await asyncio.sleep(pause)
        price = await shop.get(item)
    return price
