"""Checks of event_loop/timers: sleepers wake in asyncio's order, and nobody polls."""

from pathlib import Path
from runpy import run_path

HELP = run_path(str(Path(__file__).parent / "material" / "asyncio_says.py"))
asyncio_says, assert_same = HELP["asyncio_says"], HELP["assert_same"]

SLEEPERS = 500
A_HEAP_COMPARES = 50  # times for each sleeper; one that knows its order needs about 25


async def play(attempt, log, naps, programs):
    """The programs on the attempt's loop."""
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    material = attempt.bring_file("generators")
    return await material.call("play", log, naps, programs, "run(programs, clock)")


def since(log):
    """The journal of a run that began when it was opened, as [seconds, text]."""
    first = log.entries[0][0] if log.entries else 0
    return [[at - first, text] for at, text in log.entries]


async def test_earlier_programs(attempt, journal, draw):
    """Programs that only pause still take turns, and their results come in the order given."""
    log = journal()
    lengths = draw.sample(range(1, 6), 3)
    programs = {
        name: [["pauses", k] for k in range(n)] for name, n in zip("abc", lengths, strict=True)
    }
    programs["b"].insert(0, ["starts", "new", [["pauses", 0], ["return", 1]]])
    programs["c"].append(["return", "last"])
    told = await asyncio_says(programs)
    got = await play(attempt, log, journal(), programs)
    assert_same(
        programs,
        since(log),
        told.entries,
        "Nobody sleeps here; it is the round robin of the step before. Who pauses goes to the end "
        "of the line at once, with no timer and no time in between.",
    )
    assert got["results"] == told.results, "The results come in the order given."


async def test_by_deadline(attempt, journal, draw):
    """Who sleeps is woken exactly at its deadline, the earliest first."""
    log = journal()
    moments = draw.sample(range(1, 40), 8)
    programs = {
        name: [
            ["sleeps", moments[2 * n]],
            ["sleeps", 100 + 50 * n + moments[2 * n + 1]],
            ["return", n],
        ]
        for n, name in enumerate("abcd")
    }
    told = await asyncio_says(programs)
    await play(attempt, log, journal(), programs)
    assert_same(
        programs,
        since(log),
        told.entries,
        "A deadline is clock.now() at the moment at which the sleep begins, plus the "
        "seconds. Of all who sleep the next is the one with the earliest deadline, whoever began "
        "first.",
    )


async def test_ties(attempt, journal, draw):
    """Of those with one deadline the one that began to sleep first goes first."""
    log, end = journal(), draw.randint(20, 40)
    names = "".join(draw.sample("abcdefgh", 8))
    programs = {}
    for name in names:
        first = draw.randint(1, 9)
        programs[name] = [["sleeps", first], ["sleeps", end - first], ["return", None]]
    told = await asyncio_says(programs)
    await play(attempt, log, journal(), programs)
    assert_same(
        programs,
        since(log),
        told.entries,
        f"All eight come due at {end} s. A heap alone keeps no order among equals: it "
        "needs a second thing to compare, a number that goes up with each sleep that begins.",
    )


async def test_one_nap_each(attempt, journal, clock, draw):
    """While nobody is ready, `run` sleeps in one go until the earliest deadline."""
    naps, hour = journal(), 3600
    later = draw.randint(2, 9) * hour
    began = clock.now
    programs = {"a": [["sleeps", hour]], "b": [["sleeps", later]], "c": [["sleeps", hour]]}
    await play(attempt, journal(), naps, programs)
    assert clock.now - began == later, f"It was over after {clock.now - began:g} s, not {later} s."
    until = [nap[0] for nap in naps.values]
    assert until == [hour, later], (
        f"Three sleepers with deadlines at {hour}, {hour} and {later} s are two naps, and the "
        f"clock was asked for {len(until):,}. A loop that waits in short steps polls: it costs "
        "turns, and wakes people late. clock.sleep_until(the earliest deadline) is all it takes."
    )


async def test_due_while_others_run(attempt, journal, draw):
    """Whoever comes due while others are ready gets its turn among them."""
    log, due = journal(), draw.randint(5, 12)
    busy = [step for n in range(20) for step in (["works", 1], ["pauses", n])]
    programs = {"sleeper": [["sleeps", due + 0.5], ["return", "woken"]], "busy": busy}
    await play(attempt, log, journal(), programs)
    assert "sleeper return woken" in log.values, "The sleeper never woke; `run` ended without it."
    woken = [at for at, text in since(log) if text == "sleeper return woken"]
    assert woken in ([due + 1], [due + 2]), (
        f"Program busy is always ready, and each of its turns takes 1 s; the sleeper came due at "
        f"{due + 0.5} s and got its turn at {woken[0]:g} s. Look at the timers before each turn, "
        "not only when the line is empty."
    )


async def test_a_crowd(attempt, journal, draw):
    """Five hundred sleepers cost little: finding the earliest takes no search."""
    moments = draw.sample(range(1, 2 * SLEEPERS), SLEEPERS)
    programs = {f"p{n}": [["sleeps", moment]] for n, moment in enumerate(moments)}
    got = await play(attempt, journal(), journal(), programs)
    each = got["compared"] // SLEEPERS
    assert each <= A_HEAP_COMPARES, (
        f"To wake {SLEEPERS:,} sleepers in order, {got['compared']:,} times were compared: {each} "
        f"for each sleeper, and with ten times as many it would be {10 * each:,}. Whoever looks "
        "through all for the earliest, or sorts anew, pays for everybody each time. "
        "heapq.heappush and heapq.heappop need about 25."
    )
