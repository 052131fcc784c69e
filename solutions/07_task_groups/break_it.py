"""Break it

Three programs, each of which passes the tests of its author. Give them what they break with.

`transfer` undoes what failed. `late_write(undo)` returns [a, b], how long the two ledgers need. The
first one fails, and the second is written after the undo, of `undo` seconds, has ended.

`collect` returns all prices, or raises. `lost_price(latencies)` returns [number, seconds]: which of
its three tasks is cancelled, and when, so that it returns without that price and raises nothing.

`status` shows a bug as 500. `hidden_bug(span)` returns [not_found, slow, bug], how long three
services need, 0.1 to `span` seconds. The first fails with a 404, the third with a bug: both errors
have to be in the group, and the client sees 404. The second is well, and needs the longest.
"""

import asyncio


async def transfer(ledgers, undo):
    """Write to all ledgers; if that fails, write behind it that it is undone."""
    try:
        await asyncio.gather(*(ledger.get("write") for ledger in ledgers))
    except Exception:
        await undo.get()


async def collect(shops, cancel):
    """Ask all shops; `cancel` gets the tasks, and cancels whom it likes."""
    prices = {}

    async def ask(number):
        prices[number] = await shops[number].get()

    async with asyncio.TaskGroup() as group:
        cancel([group.create_task(ask(number)) for number in range(len(shops))])
    return prices


async def status(services):
    """The status of the first error in the group, or 200."""
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.get())
    except ExceptionGroup as group:
        return getattr(group.exceptions[0], "status", 500)
    return 200


def late_write(undo):
    """[a, b]: the seconds that the ledgers need, of which the first fails."""
    return [0.5, 0.5 + 2 * undo]


def lost_price(latencies):
    """[number, seconds]: which task is cancelled, and when."""
    return [0, latencies[0] / 2]


def hidden_bug(span):
    """[not_found, slow, bug]: the seconds that the services need."""
    return [0.1, span, 0.1]
