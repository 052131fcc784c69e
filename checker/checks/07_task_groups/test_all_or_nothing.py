"""Checks of task_groups/all_or_nothing: all is kept, or nothing goes on behind the error."""

import asyncio

from checker import lab
from checker.attempt import Raised

NAMES = ["users", "orders", "stock"]
LATER_S = 20  # by then, what was left running has shown itself


def tables_of(upstream, tenths, fails=None):
    """A service for each table. It closes in a fifth of a second; `fails` is a page of one."""

    def table(name, tenth):
        def latency(call):
            return 0.2 if call.key == "close" else tenth / 10

        def broken(call):
            return fails == (name, call.key)

        return upstream(latency=latency, fail=broken, reply=name, name=name)

    return [table(name, tenth) for name, tenth in zip(NAMES, tenths, strict=True)]


def said_to(archive):
    """What the archive was told, in order: write, write, …, keep."""
    return [call.key for call in archive.log]


async def failing(attempt, upstream, clock, draw):
    """A backup in which one table fails at a page; when the error came, and its types."""
    fails = (draw.choice(NAMES[1:]), draw.randint(1, 3))
    archive = upstream(latency=0.05, name="archive")
    tables = tables_of(upstream, draw.sample([3, 4, 6], 3), fails)
    kinds = []
    try:
        await attempt.call("backup", tables, archive, 9)
    except Raised as error:
        kinds = types_in(error)
    ended = clock.now
    await asyncio.sleep(LATER_S)
    return tables, archive, ended, kinds


def types_in(error):
    """The type of an error, and of those that a group is made of."""
    return [error.type, *(kind for each in error.exceptions for kind in types_in(each))]


async def test_all_is_kept(attempt, upstream, clock, draw):
    """If all goes well, everything is copied at the same time, and kept."""
    archive, pages = upstream(latency=0, name="archive"), draw.randint(2, 5)
    tenths = draw.sample([1, 2, 3, 4], 3)
    counts = await attempt.call("backup", tables_of(upstream, tenths), archive, pages)
    expected, took = round(max(tenths) / 10 * (pages + 1) + 0.2, 6), round(clock.now, 6)
    assert counts == [pages] * 3, (
        f"Each of the three tables has {pages} pages, and backup returned {counts}: return what "
        "the copies returned, in the order of the tables."
    )
    assert said_to(archive) == ["write"] * 3 * pages + ["keep"], (
        f"The archive was told {said_to(archive)}. It is told to keep what it has once, at the "
        "end, when all copies have ended."
    )
    assert took == expected, (
        f"The slowest table needs {expected:g} s, and the backup took {took:g} s: all copies have "
        "to run at the same time."
    )


async def test_discarded_last(attempt, upstream, clock, draw):
    """If a copy fails, the archive is told to discard, and hears nothing after that."""
    _, archive, _, _ = await failing(attempt, upstream, clock, draw)
    said = said_to(archive)
    behind = said[said.index("discard") + 1 :] if "discard" in said else []
    assert "discard" in said, "A copy failed, and the archive was never told to discard."
    assert not behind, (
        f"After `discard` the archive was told {behind}. An error that you see does not mean that "
        "the work has stopped: gather hands it on, and lets the other copies run. A block that "
        "does not end before its tasks have ended cannot do that."
    )


async def test_others_given_up(attempt, upstream, clock, draw):
    """If a copy fails, the others read no further page, and close their tables."""
    tables, _, _, _ = await failing(attempt, upstream, clock, draw)
    # A copy has failed when it has closed its own table.
    failed_at = next(
        each.log[-1].ended for each in tables if "failed" in [call.outcome for call in each.log]
    )
    later = [
        f"{each.name} page {call.key}"
        for each in tables
        for call in each.log
        if call.key not in ("open", "close") and call.ended > failed_at
    ]
    opened = [each.name for each in tables if each.calls]
    closed = [each.name for each in tables if "close" in [call.key for call in each.log]]
    assert not later, (
        f"A copy had failed at {failed_at:g} s, and after that there was: {', '.join(later)}. Who "
        "waits for the copies in turn sees the error late, and who only passes it on never "
        "stops the others. They have to be cancelled at that moment."
    )
    assert closed == opened, (
        f"Closed were {closed}, and opened {opened}. A copy closes its table when it is "
        "cancelled, if it is given the time to: it has to be awaited after that."
    )


async def test_error_after_the_end(attempt, upstream, clock, draw):
    """The caller sees the service's error, and sees it when all has ended."""
    tables, archive, ended, kinds = await failing(attempt, upstream, clock, draw)
    last = max(call.ended for each in [*tables, archive] for call in each.log)
    assert "UpstreamError" in kinds, (
        f"The table's error did not come to the caller; what came was {kinds or 'a result'}."
    )
    assert ended >= last, (
        f"The caller had the error at {ended:g} s, and the last call of a service ended at "
        f"{last:g} s. To cancel a task is to ask it: it still has a table to close. Wait for it "
        "before you go on."
    )


def test_caller_gives_up(attempt, upstream, clock, draw):
    """Wherever the caller gives up, nothing goes on."""
    tenths, kept, on = draw.sample([3, 4, 6], 3), [], []

    async def main():
        archive = upstream(latency=0.05, name="archive")
        tables = tables_of(upstream, tenths)
        try:
            await attempt.call("backup", tables, archive, 2)
        except asyncio.CancelledError:
            gone = clock.now
            await asyncio.sleep(LATER_S)
            calls = [call for each in [*tables, archive] for call in each.log]
            on.extend(call for call in calls if call.ended is None or call.ended > gone)
            kept.extend(c for c in calls if c.key == "keep" and c.outcome == "completed")

    lab.cancel_everywhere(main)
    assert not on, (
        f"The caller gave up, and after that there was still: {on[0]}. Each copy is a task of its "
        "own, and nobody cancels a task because the one who made it has gone, except for a block "
        "that owns it."
    )
    assert not kept, "The caller gave up, and the archive was told to keep what it has."
