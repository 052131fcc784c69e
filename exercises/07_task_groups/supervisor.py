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


async def supervise(feeds, stop, first, longest):
    """Keep the feeds alive until `stop` answers; return how often each was called."""
    raise NotImplementedError
