"""Checks of cancellation/break_it: what the learner gives breaks the three programs.

The programs stand in the exercise too. These here are the ones that have to break.
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


def is_number(value):
    """Whether it is a number that a clock can show, and no truth value."""
    return type(value) in (int, float) and 0 <= value <= 1000


def numbers(value, count):
    """The numbers in a list of so many, or none."""
    fits = isinstance(value, list) and len(value) == count and all(map(is_number, value))
    return [round(each, 6) for each in value] if fits else []


async def cancelled_at(coroutine, *moments):
    """Let it run, cancel it at these moments, and wait until it has ended."""
    task = asyncio.create_task(coroutine)
    for moment in moments:
        asyncio.get_running_loop().call_later(moment, task.cancel)
    await asyncio.wait([task])


async def test_lost_place(attempt, upstream, clock, draw):
    """A place is lost when `guarded` is cancelled."""
    log_s, service_s = draw.randint(2, 9) / 10, draw.randint(10, 30) / 10
    given = await attempt.call("lost_place", log_s, service_s)
    assert is_number(given), (
        f"lost_place({log_s}, {service_s}) returned {given!r}: a number of seconds, 0 or more."
    )
    places = asyncio.Semaphore(1)
    log, service = upstream(latency=log_s, name="log"), upstream(latency=service_s, name="service")
    await cancelled_at(guarded(places, log, service), given)
    ended = round(clock.now, 3)
    assert places.locked(), (
        f"`guarded` was to be cancelled at {given:g} s, and had ended by {ended:g} s; its place is "
        "free. While it waits for the service, the `finally` gives it back. Find an await at "
        "which it holds the place, and is not in the `try` yet."
    )


async def test_booked_twice(attempt, upstream, draw):
    """Two seats are booked, and one answer comes back."""
    limit = draw.randint(5, 20) / 10
    given = await attempt.call("booked_twice", limit)
    latencies = numbers(given, 2)
    possible = bool(latencies) and all(0.1 <= each <= 9 for each in latencies)
    assert possible, (
        f"booked_twice({limit}) returned {given!r}: a list of two numbers of seconds, 0.1 to 9."
    )
    desk = upstream(latency=latencies, name="desk")
    answer = await book(desk, limit)
    await asyncio.sleep(10)
    booked = desk.completed
    assert answer is not None, (
        f"`book` came back with None: the desk needed {latencies[1]:g} s for the second call too, "
        f"and the limit is {limit:g} s."
    )
    assert booked == 2, (
        f"There is one call to the desk, since it answered after {latencies[0]:g} s, and the limit "
        f"is {limit:g} s. Let the first time-out come: a shield lets the work go on."
    )


async def test_left_open(attempt, upstream, draw):
    """The door of a session stays open."""
    work_s, close_s = draw.randint(10, 30) / 10, draw.randint(2, 9) / 10
    given = await attempt.call("left_open", work_s, close_s)
    moments = numbers(given, 2)
    assert moments, (
        f"left_open({work_s}, {close_s}) returned {given!r}: a list of two numbers of seconds."
    )
    door = upstream(latency=lambda call: 0.5 if call.number == 1 else close_s, name="door")
    work = upstream(latency=work_s, name="work")
    await cancelled_at(session(door, work), *moments)
    calls = [call.key for call in door.log]
    assert calls == ["open", "close"], (
        f"`session` was cancelled at {moments} s, and the door is not open by then: that takes "
        "0.5 s, and what was not opened need not be closed."
    )
    closed = door.log[1].outcome == "completed"
    assert not closed, (
        f"`session` was cancelled at {moments} s, and the door was closed, from "
        f"{door.log[1].started:g} to {door.log[1].ended:g} s. Two cancellations at the same moment "
        "are one. The second has to meet the await in the `finally`, while that waits."
    )
