"""Checks of event_loop/futures: who waits is woken once, in order, and never from within."""

from pathlib import Path
from runpy import run_path

HELP = run_path(str(Path(__file__).parent / "material" / "asyncio_says.py"))
asyncio_says, assert_same = HELP["asyncio_says"], HELP["assert_same"]


async def play(attempt, log, programs):
    """The programs on the attempt's loop, and on asyncio: two lists of [seconds, text]."""
    told = await asyncio_says(programs)
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    material, naps = attempt.bring_file("generators"), type(log)()
    try:
        got = await material.call("play", log, naps, programs, "Loop(clock)")
    finally:
        began = log.entries[0][0] if log.entries else 0
    entries = [[at - began, text] for at, text in log.entries]
    return entries, told.entries, got["results"], told.results


def waiting(future, *before):
    """A program that waits for a future, and returns its name."""
    return [*before, ["awaits", future], ["return", future]]


async def test_earlier_programs(attempt, journal, draw):
    """Programs that pause, sleep and bring others along run as before."""
    short = draw.randint(1, 9)
    programs = {
        name: [
            ["pauses", 1],
            ["sleeps", short if name in "ac" else 5],
            ["pauses", 2],
            ["return", name],
        ]
        for name in "abc"
    }
    programs["b"].insert(1, ["starts", "new", [["sleeps", draw.randint(1, 9)]]])
    got, expected, results, right = await play(attempt, journal(), programs)
    assert_same(
        programs, got, expected, "No future is in play here. Leave pauses and sleeps as they were."
    )
    assert results == right, "The results come in the order given."


async def test_all_are_woken(attempt, journal, draw):
    """All who wait are woken, each once, in the order in which they began to wait."""
    names, when = draw.sample("abcdefgh", 5), draw.randint(3, 9)
    programs = {
        name: waiting("f", *[["pauses", k] for k in range(n)], ["pauses", "last"])
        for name, n in zip(names, draw.sample(range(6), 5), strict=True)
    }
    programs["setter"] = [["sleeps", when], ["sets", "f", draw.randint(10, 99)]]
    got, expected, _, _ = await play(attempt, journal(), programs)
    assert_same(
        programs,
        got,
        expected,
        "Five wait for one future. It needs a list of those who wait, in the order in which they "
        "came; set_result puts each of them into the line with loop.call_soon, with the value.",
    )


async def test_value_is_there_already(attempt, journal, draw):
    """Who comes after the value gets it too, in a later turn."""
    value = draw.randint(10, 99)
    programs = {
        "early": [["sets", "f", value]],
        "a": waiting("f", ["sleeps", draw.randint(1, 5)], ["awaits", "f"]),
        "b": [["sleeps", 3], ["pauses", 1], ["pauses", 2]],
        "c": waiting("f", ["sleeps", 3]),
    }
    got, expected, _, _ = await play(attempt, journal(), programs)
    assert_same(
        programs,
        got,
        expected,
        "The value was set before anybody waited. Nobody will call set_result again: who waits "
        "only to be woken waits for ever. That is a lost wake-up. Look first whether it is done.",
    )


async def test_set_result_runs_nobody(attempt, journal, draw):
    """Who calls set_result goes on at once; those it woke run in a later turn."""
    programs = {"a": waiting("f"), "b": waiting("g")}
    values = draw.sample(range(10, 99), 2)
    programs["setter"] = [["sets", "f", values[0]], ["sets", "g", values[1]], ["pauses", 1]]
    got, expected, _, _ = await play(attempt, journal(), programs)
    assert_same(
        programs,
        got,
        expected,
        "The program `setter` set a value and was not done with its turn. Whoever runs the others "
        "inside of set_result runs them in the middle of somebody's turn, one within the other. "
        "Use loop.call_soon there.",
    )


async def test_one_value(attempt, journal, draw):
    """A second set_result raises RuntimeError, and the first value stays."""
    first, second = draw.sample(range(10, 99), 2)
    programs = {
        "a": waiting("f"),
        "setter": [["sets", "f", first], ["sets_again", "f", second], ["pauses", 1]],
    }
    got, _, _, _ = await play(attempt, journal(), programs)
    texts = [text for _, text in got]
    assert "setter RuntimeError" in texts, (
        "The second set_result went through in silence. When two believe that they have the "
        "answer, the program is wrong, and has to hear of it: raise RuntimeError."
    )
    gets = [text for text in texts if text.startswith("a gets")]
    assert gets == [f"a gets {first}"], (
        f"The first value was {first}, and the second, {second}, was refused. Who waits gets the "
        "first, once: look whether there is a value before you change anything."
    )


async def test_cancelled_waiters(attempt, journal, draw):
    """A waiter that was cancelled is not woken, and strands nobody who waits behind it."""
    before, after = draw.sample("bcde", 2)
    programs = {name: waiting("f") for name in "abcdef"}
    programs["a"].insert(1, ["cancels", after])
    programs["s"] = [["sleeps", draw.randint(1, 5)], ["cancels", before], ["cancels", "g"]]
    programs["g"] = waiting("a value that never comes")
    programs["s"].append(["sets", "f", 7])
    got, expected, results, right = await play(attempt, journal(), programs)
    assert_same(
        programs,
        got,
        expected,
        f"Six wait for one future; {before} is cancelled before its value is set, and {after} "
        "when it is in the line already. Both must be passed over, and those behind them get "
        "their turn. Another, g, waits for what never comes, and is cancelled: nobody may wait "
        "for its end.",
    )
    assert results == right, "Who was cancelled has no result: None."
