"""Supervisor

A feed sends for as long as it lives: `await feed.get()` returns when there is no more to come, and
raises when the feed breaks. Write `supervise`, which runs all feeds at the same time:

- A feed that broke is called again after a pause: of `first` seconds, and each time of twice as
  many, but never of more than `longest`. If it lived for `longest` seconds or more before it broke,
  its next pause is `first` again.
- A feed that returned is not called again. What one feed does is no matter to the others.
- When `await stop.get()` returns, everything is given up at once, pauses too, and `supervise`
  returns how often each feed was called, in the order of the feeds.
- When the caller gives up, nothing goes on either.
"""

import asyncio


async def keep_alive(feeds, number, first, longest, calls):
    """Call a feed again and again until it returns, and count that in `calls`."""
    clock, pause = asyncio.get_running_loop().time, first
    while True:
        began = clock()
        calls[number] += 1
        try:
            return await feeds[number].get()
        except Exception:
            if clock() - began >= longest:
                pause = first
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest)


async def supervise(feeds, stop, first, longest):
    """Keep the feeds alive until `stop` answers; return how often each was called."""
    calls = [0] * len(feeds)
    async with asyncio.TaskGroup() as group:
        keepers = [
            group.create_task(keep_alive(feeds, number, first, longest, calls))
            for number in range(len(feeds))
        ]
        await stop.get()
        for keeper in keepers:
            keeper.cancel()
    return calls
