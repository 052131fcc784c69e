# fails: booked_twice | says: came back with
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
    return log / 2


def booked_twice(limit):
    """[first, second]: the seconds that the desk needs."""
    return [limit + 0.2, limit + 0.2]


def left_open(work, close):
    """[first, second]: the seconds at which `session` is cancelled."""
    return [0.5 + work / 2, 0.5 + work / 2 + close / 2]
