"""Checks of cancellation/on_disconnect: what goes on when a client has left, and what not."""

import asyncio
from contextlib import asynccontextmanager, suppress

from checker import lab

SCHEDULES = 200
STEP_S = 1.0  # that each of the four works of /works takes
CLEANUP_S = 0.2
LATER_S = 9


class Stopped(Exception):
    """The server stops, and waits for nobody."""


@asynccontextmanager
async def watched(attempt, work, seen, middleware=False):
    """The apps, with the attempt round them, on a server that waits for nobody at its end."""
    await attempt.bring_file("apps").call("mount", work, seen, middleware)
    with suppress(Stopped):
        async with attempt.serve("mounted", lifespan=True) as server:
            yield server
            if server.in_flight:
                raise Stopped


async def leave(server, path, seconds):
    """Ask for a path, and leave after so many seconds."""
    async with server.connect("GET", path):
        await asyncio.sleep(seconds)


async def test_leaves(attempt, upstream, journal, clock, draw):
    """A client leaves: the work ends at that moment, and the request when its cleanup has."""
    work, seen, left_s = upstream(latency=STEP_S, name="work"), journal(), draw.randint(2, 9) / 10
    async with watched(attempt, work, seen) as server:
        await leave(server, "/works", left_s)
        await asyncio.sleep(CLEANUP_S / 2)
        going_on = server.in_flight
        await asyncio.sleep(LATER_S)
        errors, calls, after = list(server.errors), work.log, server.in_flight
    ended = [round(call.ended, 3) for call in calls]
    assert ended == [left_s], (
        f"The client left at {left_s:g} s, and the work of its handler ended at {ended} s. Nobody "
        "receives while the app works, so nobody hears of it: let a task of yours receive, beside "
        "the app, and cancel. An app that only sends learns nothing: to send to a client that "
        "has left is silent."
    )
    assert [going_on, after, seen.values[1]] == [1, 0, "cleaned up"], (
        f"The cleanup of the app takes {CLEANUP_S} s. Half-way, {going_on} requests were under "
        "way: a request ends when its cleanup has ended, so wait for the task that you cancelled."
    )
    assert errors == [], f"The server heard of {errors}: that a client leaves is no error."


async def test_middleware(attempt, upstream, journal, draw):
    """The same round a BaseHTTPMiddleware, before the response and in the middle of it."""
    times = [draw.randint(2, 9) / 10, draw.randint(12, 19) / 10]
    ended = []
    for number, left_s in enumerate(times):
        work = upstream(latency=STEP_S, name=f"work-{number}")
        async with watched(attempt, work, journal(), middleware=True) as server:
            began = asyncio.get_running_loop().time()
            await leave(server, "/quick", left_s)
            await asyncio.sleep(LATER_S)
            ended.append(round(work.log[-1].ended - began, 3))
    assert ended == times, (
        f"Clients left at {times} s, and the work for them ended at {ended} s. Nobody receives "
        "while the app works. A BaseHTTPMiddleware has tasks of its own: stand outside of it, and "
        "cancel the task in which all of it runs."
    )


async def test_everywhere(attempt, upstream, journal):
    """Whichever message the client leaves after, the work ends there."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    left = []
    async with watched(attempt, work, seen) as server:
        for number in range(4):
            before = work.calls
            async with server.connect("GET", "/works") as exchange:
                for _ in range(number):
                    await exchange.receive()
                await asyncio.sleep(STEP_S / 2)
            await asyncio.sleep(2 * CLEANUP_S)
            if work.calls - before != number + 1 or work.in_flight or server.in_flight:
                left.append(f"left after {number} messages: {work.log[-1]}")
        errors = [str(each) for each in server.errors]
    assert left == [], (
        "The work went on behind it, or the request did. Nobody receives while the app works, if "
        "no task does that beside it; and a request ends when its cleanup has ended."
    )
    assert errors == [], f"The server heard of {errors[:1]}: that a client leaves is no error."


async def test_many_schedules(attempt, upstream, journal, draw):
    """Under 200 schedules of leaving, no work goes on, and whoever stays has the response."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    left, moments = [], [draw.randint(1, 29) / 10 + 0.05 for _ in range(SCHEDULES)]
    async with watched(attempt, work, seen) as server:
        for moment in moments:
            before = work.completed
            async with server.connect("GET", "/quick") as exchange:
                with suppress(TimeoutError, ConnectionError):
                    async with asyncio.timeout(moment):
                        await exchange.read()
            await asyncio.sleep(0.01)
            done = work.completed - before
            if done != min(int(moment), 2) or work.in_flight:
                left.append(f"left at {moment:g} s: {work.log[-1]}, {done} done")
    assert left[:3] == [], (
        f"In {len(left)} of {SCHEDULES} schedules it was not so. The work takes {STEP_S:g} s "
        "twice; a client that leaves ends it, and nothing else does. Nobody receives while the app "
        "works, if no task does that beside it."
    )


async def test_background(attempt, upstream, journal):
    """What the app does after its last piece goes on."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    async with watched(attempt, work, seen) as server:
        async with server.connect("GET", "/background") as exchange:
            await exchange.read()
        await asyncio.sleep(LATER_S)
        found = seen.values
    assert found == ["startup", "background"], (
        f"The client had its whole response, and left. What the app does after it was cut off, "
        f"and wrote {found[1:]}: `receive` returns `http.disconnect` too when the response is "
        "complete, and then nobody is to be cancelled."
    )


async def test_receives(attempt, upstream, journal, draw):
    """The app receives each piece of a body, and then that the client has left."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    parts = [b"%d" % draw.randint(10, 99) for _ in range(2)]
    body = b""
    async with watched(attempt, work, seen) as server:
        async with server.connect("POST", "/echo", body=None) as exchange:
            for number, part in enumerate(parts):
                await exchange.send(part, more=number == 0)
                await asyncio.sleep(0.5)
            with suppress(TimeoutError):
                async with asyncio.timeout(LATER_S):
                    body = await exchange.read()
        await asyncio.sleep(LATER_S)
        found = seen.values[1:]
        if server.in_flight:
            found = "nothing: it still waits in `receive`"
    kinds = [*["http.request"] * 2, *["http.disconnect"] * 3]
    assert [body, found] == [b"".join(parts), [kinds]], (
        f"The client sent {parts}; the app sends back what it receives, and that was {body!r}. "
        f"Then it asks three times more, and received in all {found}. Whoever receives in the "
        "place of the app has to hand on what came, and the end as often as it asks."
    )


async def test_listens(attempt, upstream, journal, draw):
    """An app that waits in `receive` when its client leaves is cancelled too."""
    work, seen, left_s = upstream(latency=STEP_S, name="work"), journal(), draw.randint(2, 9) / 10
    async with watched(attempt, work, seen) as server:
        async with server.connect("POST", "/listens", body=None) as exchange:
            await exchange.send(b"a piece", more=True)
            await asyncio.sleep(left_s)
        await asyncio.sleep(CLEANUP_S / 2)
        going_on = server.in_flight
        await asyncio.sleep(LATER_S)
        done, found = work.completed, seen.values[1:]
    assert [going_on, done, found] == [0, 0, ["cancelled"]], (
        f"The client left at {left_s:g} s, in the middle of a body, while the app waited in your "
        f"`receive`. Requests under way a moment later: {going_on}. Pieces of work done for "
        f"nobody: {done}. What the app noted: {found}. It is cancelled there as anywhere: let "
        "the CancelledError out of your `receive`."
    )


async def test_errors(attempt, upstream, journal):
    """What the app raises goes on to the server, as it is."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    async with watched(attempt, work, seen) as server:
        async with server.connect("GET", "/raises") as exchange:
            status = await exchange.status()
        errors = [getattr(each.error, "type", "") for each in server.errors]
    assert [status, errors] == [500, ["ValueError"]], (
        f"The app raised a ValueError. The client saw {status}, and the server heard of {errors}: "
        "the server has to hear of the error itself, not in a group, or it can make no sense of it."
    )


async def test_server_stops(attempt, upstream, journal):
    """If the server cancels the request, the app is cancelled too."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    async with watched(attempt, work, seen) as server:
        exchange = server.connect("GET", "/works")
        await asyncio.sleep(0.5)
    values = seen.values
    await asyncio.sleep(LATER_S)
    ended = [round(call.ended, 3) for call in work.log]
    exchange.disconnect()
    assert [ended, values] == [[0.5], ["startup", "cleaned up", "shutdown"]], (
        f"The server cancels the request at 0.5 s, since it stops; the work ended at {ended} s, "
        f"and before the end of the server the app wrote {values}. The server cancels the request, "
        "and knows nothing of tasks of yours: cancel them, and wait for them."
    )


def test_cancelled(attempt, upstream, journal):
    """Wherever the server cancels the request, no work goes on behind it."""
    left = []

    async def main():
        work, seen = upstream(latency=STEP_S, name="work"), journal()
        async with watched(attempt, work, seen) as server:
            async with server.connect("GET", "/works") as exchange:
                with suppress(ConnectionError):
                    await exchange.read()
            while server.in_flight:
                await asyncio.sleep(CLEANUP_S / 2)
            before = work.calls
            wrong = str(work.log[-1]) if work.in_flight else ""
            await asyncio.sleep(STEP_S)
            left.append(wrong or (f"{work.log[-1]}, begun later" if work.calls > before else ""))

    runs = lab.cancel_everywhere(main, task="GET /works")
    found = [f"{run.fault}: {each}" for run, each in zip(runs, left[1:], strict=True) if each]
    assert found == [], (
        "The request had ended, and the work for it went on. The server cancels the request, and "
        "knows nothing of tasks of yours: from the moment at which there is one, each of your "
        "awaits stands in a `try` whose `finally` cancels it, and waits for it."
    )


async def test_other_scopes(attempt, upstream, journal):
    """Lifespan and WebSockets pass untouched."""
    work, seen = upstream(latency=STEP_S, name="work"), journal()
    async with watched(attempt, work, seen) as server:
        with suppress(ConnectionError):
            async with server.websocket("/") as socket:
                await socket.send_text("hello")
        await asyncio.sleep(1)
    assert seen.values == ["startup", "websocket", "shutdown"], (
        f"The app saw {seen.values}. What is no HTTP request passes untouched: `scope['type']` "
        "says what it is."
    )
