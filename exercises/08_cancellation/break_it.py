"""Break it

Three programs, each of which passes the tests of its author. Say when they are cancelled, or how
long others need, so that they break.

`lost_place(log, service)` returns the second at which `guarded` is cancelled, so that its place
is lost for good. Its log needs `log` seconds, its service `service` seconds.

`booked_twice(limit)` returns [first, second]: how long the desk needs for the first call of `book`,
and for the second, 0.1 to 9 seconds each. `book` returns an answer, and two seats are booked.

`left_open(work, close)` returns [first, second]: the seconds at which `session` is cancelled, once
and again, so that its door stays open. The door needs 0.5 s to open and `close` seconds to close,
the work needs `work` seconds. The door is open by the first of them.
"""

import asyncio


async def guarded(places, log, service):
    """Ask the service; so many at once as there are places."""
    await places.acquire()
    await log.get("asking")
    try:
        return await service.get()
    finally:
        places.release()


async def book(desk, limit):
    """Book a seat; whoever has waited for `limit` gives up, and tries once more."""
    for _ in range(2):
        try:
            async with asyncio.timeout(limit):
                return await asyncio.shield(asyncio.ensure_future(desk.get("book")))
        except TimeoutError:
            pass
    return None


async def session(door, work):
    """Work behind an open door, which is closed in any case."""
    await door.get("open")
    try:
        return await work.get()
    finally:
        await door.get("close")


def lost_place(log, service):
    """The second at which `guarded` is cancelled."""
    raise NotImplementedError


def booked_twice(limit):
    """[first, second]: the seconds that the desk needs."""
    raise NotImplementedError


def left_open(work, close):
    """[first, second]: the seconds at which `session` is cancelled."""
    raise NotImplementedError
