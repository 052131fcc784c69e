"""Checks of event_loop/sockets: real sockets, one place to wait, and nobody starves."""

from pathlib import Path
from runpy import run_path

HELP = run_path(str(Path(__file__).parent / "material" / "asyncio_says.py"))
asyncio_says, assert_same = HELP["asyncio_says"], HELP["assert_same"]
WORDS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil"]


async def play(attempt, log, programs, mail=None, pairs=(), naps=None, results=None):
    """The programs on the attempt's loop: [seconds, text]. `mail` is what arrives from outside."""
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    material = attempt.bring_file("generators")
    arrivals = {
        name: [[at, text.encode()] for at, text in all] for name, all in (mail or {}).items()
    }
    form = "Loop(clock, selector)"
    got = await material.call("play", log, naps or type(log)(), programs, form, arrivals, pairs)
    if results is not None:
        results += got["results"]
    began = log.entries[0][0] if log.entries else 0
    return [[at - began, text] for at, text in log.entries]


def reads(entries):
    """What was read, and when."""
    return [entry for entry in entries if " has read " in entry[1]]


async def test_earlier_programs(attempt, journal, draw):
    """Programs that pause, sleep and wait for futures run as before."""
    short, long = sorted(draw.sample(range(1, 20), 2))
    programs = {
        "a": [["pauses", 1], ["sleeps", long], ["sets", "f", 7], ["pauses", 2]],
        "b": [["sleeps", short], ["pauses", 1], ["awaits", "f"], ["pauses", 2]],
        "c": [["starts", "new", [["sleeps", short]]], ["awaits", "f"], ["return", "last"]],
        "d": [["sleeps", long + 1], ["awaits", "f"], ["return", "late"]],
    }
    told, results = await asyncio_says(programs), []
    got = await play(attempt, journal(), programs, results=results)
    assert_same(
        programs,
        got,
        told.entries,
        "No socket is in play here. `wait` is where the loop sleeps: with no sockets, select with "
        "a time-out is a sleep, and afterwards the timers that are due go into the line.",
    )
    assert results == told.results, "The results come in the order given."


async def test_readable(attempt, journal, draw):
    """Who waits for a socket is woken when there is something to read in that one."""
    moments, words = draw.sample(range(1, 30), 4), draw.sample(WORDS, 3)
    names = draw.sample("abcdef", 3)
    mail = {n: [[at, word]] for n, at, word in zip(names, moments, words, strict=False)}
    programs = {name: [["reads", name]] for name in names}
    programs["sleeper"] = [["sleeps", 40]]
    got = await play(attempt, journal(), programs, mail)
    expected = sorted([at, f"{name} has read {word}"] for name, [[at, word]] in mail.items())
    assert_same(
        programs,
        reads(got),
        expected,
        "Three programs wait for a socket each, and a fourth sleeps 40 s. Whoever is woken by "
        "anything but its own socket finds it empty; whoever waits only for the timer comes late.",
    )


async def test_again(attempt, journal, draw):
    """Who reads again waits again: one wake-up for each time."""
    first = draw.randint(1, 9)
    moments = [first, first + draw.randint(1, 9), first + 20]
    words = draw.sample(WORDS, 3)
    mail = {"a": [[at, word] for at, word in zip(moments, words, strict=True)]}
    programs = {"a": [["reads", "a"], ["sleeps", 0.25], ["reads", "a"], ["reads", "a"]]}
    got = await play(attempt, journal(), programs, mail)
    expected = [[at, f"a has read {word}"] for at, word in zip(moments, words, strict=True)]
    assert_same(
        programs,
        reads(got),
        expected,
        "Three messages come to one socket, and each is waited for. End the watch with unregister "
        "when its program is woken; the next `yield` of the socket begins a new one.",
    )


async def test_talk(attempt, journal, draw):
    """Two programs of the loop talk to each other over a pair of sockets."""
    words = [word.encode() for word in draw.sample(WORDS, 4)]
    programs = {
        "a": [["sends", "a", words[0]], ["reads", "a"], ["sends", "a", words[1]], ["reads", "a"]],
        "b": [["reads", "b"], ["sends", "b", words[2]], ["reads", "b"], ["sends", "b", words[3]]],
    }
    got = await play(attempt, journal(), programs, pairs=[["a", "b"]])
    order = [("b", 0), ("a", 2), ("b", 1), ("a", 3)]
    expected = [[0, f"{name} has read {words[n].decode()}"] for name, n in order]
    assert_same(
        programs,
        reads(got),
        expected,
        "What one program sends can be read at once by the other: the loop hears of it at the "
        "next select.",
    )


async def test_timers(attempt, journal, draw):
    """While one waits for a socket, sleepers wake at their time."""
    early, late = draw.randint(1, 5), draw.randint(20, 30)
    works, later = early + 2.5, early + 5
    programs = {
        "b": [["sleeps", early], ["return", "woken"]],
        "c": [["sleeps", later], ["return", "woken"]],
        "a": [["works", works], ["reads", "a"]],
    }
    got = await play(attempt, journal(), programs, {"a": [[late, "tea"]]})
    woken = [at for at, text in got if text.endswith("woken")]
    assert woken == [works, later], (
        f"One program works until {works} s, and then waits for mail that comes at {late} s. The "
        f"sleepers were due at {early} s and {later} s, and woke at {woken}: the first was overdue "
        "when `wait` was called, so that it may not wait; the second was not. select waits for "
        "sockets alone unless it gets a time-out: the seconds until the first timer is due, or 0."
    )


async def test_one_wait(attempt, journal, draw):
    """While nobody is ready the loop waits in one go, and does not poll."""
    first, second, third = sorted(draw.sample(range(1000, 9000), 3))
    programs = {"a": [["reads", "a"], ["reads", "a"]], "b": [["sleeps", second]]}
    naps, mail = journal(), {"a": [[first, "tea"], [third, "ink"]]}
    await play(attempt, journal(), programs, mail, naps=naps)
    until = [nap[0] for nap in naps.values]
    assert until == [first, second, third], (
        f"A message at {first} s, a timer at {second} s, a message at {third} s: three waits, and "
        f"the loop waited {len(until):,} times. Nothing happens in between: wait for the first "
        "timer, or for ever if there is none; a message ends the wait early."
    )


async def test_not_starved(attempt, journal, draw):
    """A socket that can be read gets its turn, though others are always ready."""
    due = draw.randint(3, 12)
    busy = [step for n in range(20) for step in (["works", 1], ["pauses", n])]
    programs = {"a": [["reads", "a"]], "busy": busy}
    got = reads(await play(attempt, journal(), programs, {"a": [[due + 0.5, "oil"]]}))
    assert got, "The message was never read; `run` ended without it."
    assert got[0][0] in (due + 1, due + 2), (
        f"Program busy is always ready, and each of its turns takes 1 s; the message came at "
        f"{due + 0.5} s and was read at {got[0][0]:g} s. Look at the selector on every turn, with "
        "a time-out of 0 while somebody is ready."
    )
