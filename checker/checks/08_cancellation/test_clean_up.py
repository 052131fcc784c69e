"""Checks of cancellation/clean_up: nothing is open when it has ended, however it did."""

import asyncio

from checker import lab

NAMES = ["ada", "grace", "edsger", "barbara", "tony", "frances"]
SCHEDULES = 200
STEP_S = 0.1  # that each call takes, where all moments are tried
LATER_S = 1  # by then, a connect that was left to itself has come to its end
LATE = "a connection was opened after `export` had ended"


def left_by(database, disk):
    """What is open at this moment, in words, or nothing."""
    calls = disk.log
    if calls and disk.in_flight:
        return f"a call to the disk went on after `export` had ended: {calls[-1]}"
    if calls and not (calls[-1].key == "close" and calls[-1].outcome == "completed"):
        return f"the file is open: no `close` came to its end, the last call is {calls[-1]}"
    beside = [call for call in calls[:-1] if call.ended > calls[-1].started]
    if beside:
        return f"the last `close` began while there was still {beside[0]}, which may undo it"
    return "the connection is open" if database.connections.open else ""


def places(database, upstream, name="", fails=None, takes=STEP_S):
    """A database and a disk, whose calls all take so long."""

    def broken(call):
        return fails is not None and fails in (call.key, call.body)

    rows = {key: key.upper() for key in NAMES}
    return (
        database(latency=takes, connect=takes, close=0.3, rows=rows, name=f"database{name}"),
        upstream(latency=takes, fail=broken, name=f"disk{name}"),
    )


async def test_copies(attempt, database, upstream, draw):
    """Each row is copied, in the order of the keys, and both are closed."""
    keys = draw.sample(NAMES, 3)
    rows, disk = places(database, upstream)
    count = await attempt.call("export", rows, disk, keys)
    left = left_by(rows, disk)
    assert left == "", f"Nobody disturbed it, and {left}."
    asked = [call.key if call.body is None else call.body for call in disk.log]
    assert [count, asked] == [3, ["open", *(key.upper() for key in keys), "close"]], (
        f"The keys were {keys}; the disk was asked for {asked}, and {count} returned."
    )


async def test_failure(attempt, database, upstream, draw):
    """When a write fails, both are closed, and the error goes out."""
    keys = draw.sample(NAMES, 3)
    row = draw.choice(keys).upper()
    rows, disk = places(database, upstream, fails=row)
    hint = "What failed is for the caller to know: clean up in a `finally`, and let the error go."
    with attempt.raises("UpstreamError", hint=hint):
        await attempt.call("export", rows, disk, keys)
    left = left_by(rows, disk)
    assert left == "", (
        f"To write {row} failed, and {left}. Whatever is due in any case stands in a `finally`."
    )


def because(found):
    """What to do about these."""
    words = " ".join(found)
    if LATE in words or "may undo it" in words:
        return "A call that nobody waits for goes on: `shield` is for the cleanup alone."
    if "went on after" in words:
        return "Wait for it once more before you let the CancelledError go."
    if "'write'" in words:
        return "Whatever is due in any case stands in a `finally`: CancelledError is no Exception."
    if "connection" in words:
        return (
            "A goodbye takes time, and can be cancelled: `terminate` needs no await. Where two "
            "things are closed, one after the other, the second needs a `finally` of its own."
        )
    if "swallowed" in words:
        return "It went on as if nothing had happened: raise it again after the cleanup."
    if "'close'" in words:
        return (
            "It waited for its `close` when it was cancelled. `CancelScope(shield=True)` shields "
            "against scopes, and not against `task.cancel()`: let the `close` be a task of its own."
        )
    return "An `open` that was cancelled may have been carried out: a `close` is due then too."


def test_cancelled(attempt, database, upstream, draw):
    """Wherever its task is cancelled, nothing stays open, and the CancelledError goes out."""
    keys, found, count = draw.sample(NAMES, 2), [], 0
    for fails in (None, "write"):
        left = []

        async def main(fails=fails, left=left):
            rows, disk = places(database, upstream, fails=fails)
            call = asyncio.create_task(attempt.call("export", rows, disk, keys), name="export")
            await asyncio.wait([call])
            wrong = left_by(rows, disk) or ("" if call.cancelled() else "it was swallowed")
            await asyncio.sleep(LATER_S)
            left.append(wrong or (LATE if rows.connections.open else ""))

        runs = lab.cancel_everywhere(main, task="export")
        count += len(runs)
        while_it_failed = ", after a write that failed" if fails else ""
        found += [
            f"cancelled at {run.fault.at}{while_it_failed}: {each}"
            for run, each in zip(runs, left[1:], strict=True)
            if each
        ]
    assert found == [], (
        f"There are {count} places at which `export` can be cancelled, and at {len(found)} of "
        f"them something is left. {because(found)}"
    )


async def test_scope(attempt, database, upstream, draw):
    """Whenever a scope of anyio ends, nothing stays open."""
    keys = draw.sample(NAMES, 2)
    scoped, left = attempt.bring_file("scoped"), {}

    async def one(number):
        rows, disk = places(database, upstream, f"-{number}")
        seconds = round((number + 0.5) * STEP_S, 2)
        await scoped.call("within", seconds, "export", rows, disk, keys)
        if found := left_by(rows, disk):
            left[seconds] = found

    await asyncio.gather(*(one(number) for number in range(2 * len(keys) + 3)))
    why = (
        "anyio cancels again at each await, until the scope has been left: so an await in a "
        "`finally` is cut off too, if it is not shielded."
    )
    if "may undo it" in " ".join(left.values()):
        why = because(left.values())
    assert left == {}, (
        f"Each call takes {STEP_S} s. For some moments at which the scope ends you see above what "
        f"is left. {why}"
    )


async def test_many_schedules(attempt, database, upstream, draw):
    """Under 200 schedules of latencies, failures and cancellations, nothing stays open."""
    left, used = [], []
    for number in range(SCHEDULES):
        takes, fails = draw.choice([0, 0.1, 0.2]), draw.choice([None, None, "open", "write"])
        rows, disk = places(database, upstream, f"-{number}", fails, takes)
        used.append(rows)
        call = asyncio.create_task(attempt.call("export", rows, disk, ["ada"]))
        patience_s = draw.randint(0, 20) / 20 + 0.03  # never at the end of a call
        asyncio.get_running_loop().call_later(patience_s, call.cancel)
        await asyncio.wait([call])
        if found := left_by(rows, disk):
            left.append(f"cancelled after {patience_s:g} s: {found}")
        if not call.cancelled():
            call.exception()
    await asyncio.sleep(LATER_S)
    left += [LATE for rows in used if rows.connections.open]
    assert left[:3] == [], (
        f"In {len(left)} of {SCHEDULES} schedules something was open at the end. {because(left)}"
    )
