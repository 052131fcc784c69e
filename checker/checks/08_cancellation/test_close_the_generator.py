"""Checks of cancellation/close_the_generator: what a generator holds, ends with its loop."""

import asyncio

from checker import lab
from checker.attempt import Raised

NAMES = ["ada", "grace", "edsger", "barbara", "tony", "frances"]
LATER_S = 2  # by then, what was left is closed, by whomever
LEFT = (
    "`break`, `return` and errors leave a generator where it stands. It is closed when somebody "
    "closes it; else at some time, in some task. `aclosing` does it at the end of a block."
)


def library(database, upstream, wanted=()):
    """A database with a row for each name, and a judge who accepts some."""
    rows = database(latency=0.1, close=0.3, rows={name: name.upper() for name in NAMES})
    accepted = [name.upper() for name in wanted]
    judge = upstream(latency=0.1, reply=lambda call: call.key in accepted, name="judge")
    return rows, judge


def feed_of(upstream, pages, takes=0.1):
    """A feed that sends these pages, and an empty one after them."""

    def reply(call):
        return call.key if call.key == "bye" else ([*pages, ""] + [""] * 99)[call.number - 1]

    return upstream(latency=takes, reply=reply, name="feed")


def said_bye(feed):
    """Whether the feed was told `bye`, to its end."""
    return [call.outcome for call in feed.log if call.key == "bye"] == ["completed"]


async def test_find_closes(attempt, database, upstream, draw):
    """`find` returns the first row that is accepted, and its connection is closed by then."""
    wanted = draw.sample(NAMES[1:5], 2)
    rows, judge = library(database, upstream, wanted)
    found = await attempt.call("find", rows, NAMES, judge)
    still, asked = rows.connections.open, rows.queries
    await asyncio.sleep(LATER_S)
    first = min(map(NAMES.index, wanted))
    assert found == NAMES[first].upper(), (
        f"The judge accepts {' and '.join(wanted)}, in any order; the rows come in the order of "
        f"{NAMES}, and `find` returned {found!r}."
    )
    assert still == 0, f"`find` returned, with {still} connection open. {LEFT}"
    assert asked == first + 1, (
        f"Row {first + 1} was accepted, and {asked} rows were asked of the database: ask for one "
        "when you need it."
    )
    rows, judge = library(database, upstream)
    found = await attempt.call("find", rows, NAMES[:2], judge)
    assert found is None, f"No row was accepted, and `find` returned {found!r}."


def test_find_cancelled(attempt, database, upstream):
    """Wherever `find` is cancelled, its connection is closed when it has ended."""
    left = []

    async def main():
        rows, judge = library(database, upstream, ["grace"])
        call = asyncio.create_task(attempt.call("find", rows, NAMES, judge), name="find")
        await asyncio.wait([call])
        still = rows.connections.open
        left.append("the connection is open" if still else "" if call.cancelled() else "it went on")

    runs = lab.cancel_everywhere(main, task="find")
    found = [f"{run.fault}: {each}" for run, each in zip(runs, left[1:], strict=True) if each]
    assert found == [], (
        "To cancel the loop closes nothing by itself, where the loop was in its own await and not "
        f"in one of the generator's. {LEFT}"
    )


async def test_slow_archive(attempt, upstream, clock, draw):
    """A page may be worked with for as long as it takes, and nobody cancels that."""
    names = draw.sample(NAMES, 3)
    feed, archive = feed_of(upstream, names), upstream(latency=2.0, name="archive")
    try:
        count = await attempt.call("store", feed, 1.0, archive)
    except (Raised, asyncio.CancelledError) as error:
        count = f"the error {getattr(error, 'type', 'CancelledError')}"
    stored = [call.key for call in archive.log if call.outcome == "completed"]
    ended = round(clock.now, 3)
    await asyncio.sleep(LATER_S)
    assert [count, stored] == [3, names], (
        f"The feed needs 0.1 s for a page, and may need 1 s; the archive needs 2 s. Of {names} it "
        f"has stored {stored}, and from `store` came {count}, at {ended:g} s. A timeout that is "
        "open at a `yield` goes on while others work, and cancels them."
    )


async def test_slow_feed(attempt, upstream, clock, draw):
    """Who waits too long for a page gets no more, and no error."""
    names = draw.sample(NAMES, 4)
    feed = feed_of(upstream, names, [0.1, 0.8, 5.0, 0.1])
    archive = upstream(latency=0.5, name="archive")
    try:
        count = await attempt.call("store", feed, 1.0, archive)
    except Raised as error:
        count = f"the error {error.type}"
    asked, ended = [call.key for call in feed.log], round(clock.now, 3)
    assert count == 2, (
        f"The third page would have needed 5 s, and not come in time, which is 1 s; from `store` "
        f"came {count}. Two pages were stored by then, and for its caller the pages have ended."
    )
    assert [asked, ended] == [["next"] * 3 + ["bye"], 3.0], (
        f"The feed was asked for {asked}, until {ended:g} s. Two pages take 0.1 and 0.8 s, to "
        "store them takes 0.5 s each, then comes 1 s of patience, and 0.1 s for the `bye`."
    )


async def test_store_fails(attempt, upstream, draw):
    """When the archive fails, the feed has been told `bye`, and the error goes out."""
    number = draw.randint(1, 3)
    feed = feed_of(upstream, NAMES)
    archive = upstream(latency=0.2, fail=[number], name="archive")
    with attempt.raises("UpstreamError", hint="An error of the archive is for the caller."):
        await attempt.call("store", feed, 1.0, archive)
    bye = said_bye(feed)
    await asyncio.sleep(LATER_S)
    assert bye, (
        f"Page {number} could not be stored, and `store` ended. The feed has to hear `bye` by "
        f"then, in a `finally` of the generator, which runs when that is closed. {LEFT}"
    )


def test_store_cancelled(attempt, upstream):
    """Wherever `store` is cancelled, the feed is told `bye`, and the CancelledError goes out."""
    left = []

    async def main():
        feed, archive = feed_of(upstream, ["ada"]), upstream(latency=0.2, name="archive")
        call = asyncio.create_task(attempt.call("store", feed, 1.0, archive), name="store")
        await asyncio.wait([call])
        # A goodbye that is cut off was begun, at least.
        cut = bool(feed.log) and feed.log[-1].key == "bye" and feed.log[-1].ended is not None
        wrong = "" if said_bye(feed) or cut else f"the feed was told {[c.key for c in feed.log]}"
        left.append(wrong or ("" if call.cancelled() else f"it returned {call.result()!r}"))

    runs = lab.cancel_everywhere(main, task="store")
    found = [f"{run.fault}: {each}" for run, each in zip(runs, left[1:], strict=True) if each]
    assert found == [], (
        "`store` was cancelled, and the feed heard no `bye` by its end, or it went on as if "
        f"nothing had happened. {LEFT}"
    )
