"""Checks of cancellation/poisoned_connection: rows of the right person, and no place lost."""

import asyncio

from checker import lab
from checker.attempt import Raised

NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"]
ROWS = {name: f"what {name} bought" for name in NAMES}
SCHEDULES = 200
PATIENCE_S = 60  # with a pool that has no place left


async def row_of(pool, name):
    """The row, "never" if none came, or the name of an error."""
    call = asyncio.create_task(pool.call("get", name))
    done, _ = await asyncio.wait([call], timeout=PATIENCE_S)
    if not done:
        call.cancel()
        await asyncio.wait([call])
        return "never"
    try:
        return call.result()
    except Raised as error:
        return error.type


async def after_others(pool, names, *moments_s):
    """What the last of them gets; the others ask first, and are cancelled at these moments."""
    calls = [asyncio.create_task(pool.call("get", name)) for name in names[:-1]]
    for call, moment_s in zip(calls, moments_s, strict=True):
        asyncio.get_running_loop().call_later(moment_s, call.cancel)
    await asyncio.wait(calls)
    return await row_of(pool, names[-1])


def because(found):
    """What to do about these."""
    words = " ".join(map(str, found))
    if "never" in words:
        return (
            "A place was lost: someone who is cancelled takes its place along. Count the awaits "
            "between taking a place and the `try` that gives it back; a CancelledError is no "
            "Exception."
        )
    if "heard nothing" in words:
        return "A cancellation goes out of `get`, when all is given back: raise it again."
    if "open" in words:
        return (
            "Connections are left that nobody knows any more, or too many are opened: `terminate` "
            "closes one at once, before its place is given on."
        )
    return "It reads a reply that was left on the line: do not use a connection with `unread`."


async def test_wrong_rows(attempt, database, draw):
    """After a command that was cancelled, the next one gets its own row."""
    rows, names = database(latency=0.1, connect=0.2, close=0.3, rows=ROWS), draw.sample(NAMES, 4)
    pool = await attempt.new("Pool", rows, 1)
    got = [await after_others(pool, names[:2], 0.25)]
    got += [await row_of(pool, name) for name in names[2:]]
    expected = [ROWS[name] for name in names[1:]]
    assert got == expected, (
        f"{names[0]}'s command was cancelled at 0.25 s, while it was on its way. Then "
        f"{names[1]}, {names[2]} and {names[3]} asked. {because(got)}"
    )


async def test_place_of_a_connect(attempt, database, draw):
    """Who fails or is cancelled while it connects gives its place back."""
    rows, names = database(latency=0.1, connect=0.2, close=0.3, rows=ROWS), draw.sample(NAMES, 3)
    pool = await attempt.new("Pool", rows, 1)
    got = await after_others(pool, names[:2], 0.15)
    assert got == ROWS[names[1]], (
        f"{names[0]} was cancelled at 0.15 s, while the pool connected, and {names[1]} got "
        f"{got!r}. Whoever is cancelled there takes its place along, if nobody gives it back: a "
        "CancelledError is no Exception."
    )
    few = database(max_connections=1, close=0.3, rows=ROWS, name="few")
    connection = await few.connect()
    pool = await attempt.new("Pool", few, 1)
    refused = await row_of(pool, names[0])
    await connection.close()
    got = await row_of(pool, names[2])
    assert [refused, got] == ["TooManyConnections", ROWS[names[2]]], (
        f"The database refused a connection, and {names[0]} got {refused!r}; later it had one, and "
        f"{names[2]} got {got!r}. An error while it connects takes its place along, too."
    )


async def test_limit(attempt, database, draw):
    """Never are more than `size` connections open, and those who wait get their turn."""
    rows, size = database(latency=0.1, close=0.3, rows=ROWS), draw.randint(2, 4)
    pool = await attempt.new("Pool", rows, size)
    calls = [asyncio.create_task(row_of(pool, name)) for name in NAMES * 2]
    got = await asyncio.gather(*calls)
    assert got == [ROWS[name] for name in NAMES * 2], (
        f"Twelve asked at once, for {size} connections. {because(got)}"
    )
    peak = rows.connections.peak
    assert peak == size, (
        f"The pool is to have at most {size} connections, and {peak} were open at once: nobody "
        "may connect who has no place."
    )


async def test_used_again(attempt, database, draw):
    """A clean connection is used again, also after a query that failed."""
    fails = draw.randint(2, 4)
    rows = database(latency=0.1, connect=0.2, fail=[fails], close=0.3, rows=ROWS)
    pool = await attempt.new("Pool", rows, 1)
    got = [await row_of(pool, name) for name in NAMES]
    opened = rows.connections.opened
    expected = [ROWS[name] for name in NAMES]
    expected[fails - 1] = "QueryFailed"
    assert got == expected, f"Six asked, one after the other, and query {fails} failed."
    assert opened == 1, (
        f"Six queries, one after the other, and one of them failed: the pool opened {opened} "
        "connections. An error is a reply, and leaves nothing on the line; and to connect for each "
        "query anew is what a pool is there to avoid."
    )


def test_cancelled(attempt, database, draw):
    """Wherever one of them is cancelled, the others get their rows, and no place is lost."""
    victim, second, third = draw.sample(NAMES, 3)
    found = []
    for comes in ("first", "in the line"):
        left = []

        async def main(comes=comes, left=left):
            rows = database(latency=0.1, connect=0.2, close=0.3, rows=ROWS)
            pool = await attempt.new("Pool", rows, 1)
            coroutines = [pool.call("get", victim), row_of(pool, second)]
            names = ["victim", "other"]
            order = (0, 1) if comes == "first" else (1, 0)
            tasks = {
                names[each]: asyncio.create_task(coroutines[each], name=names[each])
                for each in order
            }
            await asyncio.wait(tasks.values())
            got = [tasks["other"].result(), await row_of(pool, third)]
            wrong = "" if got == [ROWS[second], ROWS[third]] else f"{got}"
            if rows.connections.peak > 1:
                wrong = wrong or f"{rows.connections.peak} connections open"
            if not tasks["victim"].cancelled():
                wrong = wrong or "who was cancelled heard nothing of it"
            left.append(wrong)

        runs = lab.cancel_everywhere(main, task="victim")
        found += [
            f"{victim} came {comes}, {run.fault}: {each}"
            for run, each in zip(runs, left[1:], strict=True)
            if each
        ]
    assert found == [], (
        f"The pool has one connection. {victim} is cancelled at one place after another, {second} "
        f"asks at the same time, before or behind, and {third} comes later. {because(found)}"
    )


async def test_many_schedules(attempt, database, draw):
    """Under 200 schedules of cancellations, each row is the right one, and no place is lost."""
    left = []
    for number in range(SCHEDULES):
        takes, connect, size = draw.choice([0.1, 0.2]), draw.choice([0, 0.1]), draw.randint(1, 2)
        options = {"latency": takes, "connect": connect, "close": 0.3, "rows": ROWS}
        rows = database(**options, name=f"rows-{number}")
        pool = await attempt.new("Pool", rows, size)
        names = draw.sample(NAMES, 3)
        moments_s = [round(draw.randint(0, 8) / 20 + off_s, 2) for off_s in (0.02, 0.03)]
        got = await after_others(pool, names, *moments_s)
        peak = rows.connections.peak
        if got != ROWS[names[-1]] or peak > size:
            wrong = repr(got) if peak <= size else f"{peak} connections open, of {size}"
            left.append(f"cancelled after {moments_s} s, then comes {names[-1]}: {wrong}")
    assert left[:3] == [], f"In {len(left)} of {SCHEDULES} schedules: {because(left)}"
