"""Checks of event_loop/round_robin: the order of turns is asyncio's, the results are in order."""

from pathlib import Path
from runpy import run_path

HELP = run_path(str(Path(__file__).parent / "material" / "asyncio_says.py"))
asyncio_says, assert_same = HELP["asyncio_says"], HELP["assert_same"]


async def play(attempt, log, naps, programs):
    """The programs on the attempt's loop."""
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    material = attempt.bring_file("generators")
    return await material.call("play", log, naps, programs, "run(programs)")


def pausing(name, times):
    """A program that pauses so many times, and returns that."""
    return [["pauses", n] for n in range(times)] + [["return", f"{name}{times}"]]


async def test_in_turns(attempt, journal, draw):
    """Programs of one length take turns, in the order given."""
    log, times = journal(), draw.randint(2, 4)
    programs = {name: pausing(name, times) for name in "abcd"[: draw.randint(3, 4)]}
    expected = [text for _, text in (await asyncio_says(programs)).entries]
    await play(attempt, log, journal(), programs)
    turns = times * len(programs)
    assert_same(
        programs,
        log.values[:turns],
        expected[:turns],
        "At a `yield` a program goes to the end of the line, and the first in line goes on. Run a "
        "program only until it pauses, with next(program), and take the next one from the front.",
    )


async def test_one_ends_early(attempt, journal, draw):
    """When one ends, all the others keep their places, and nobody is passed over."""
    log = journal()
    lengths = draw.sample(range(1, 7), 4)
    lengths[draw.randint(0, 2)] = 0
    programs = {name: pausing(name, n) for name, n in zip("abcd", lengths, strict=True)}
    expected = [text for _, text in (await asyncio_says(programs)).entries]
    await play(attempt, log, journal(), programs)
    assert_same(
        programs,
        log.values,
        expected,
        "These programs end after different numbers of turns. Take each from the line before it "
        "runs, and put it back only if it paused: who removes one from the middle of a list while "
        "walking over it passes over the one behind.",
    )


async def test_brought_along(attempt, journal, draw):
    """A program that is brought along goes to the end of the line, its bringer behind it."""
    log = journal()
    programs = {name: pausing(name, 3) for name in "abc"}
    guest = pausing("new", draw.randint(1, 2))
    programs["b"].insert(draw.randint(0, 2), ["starts", "new", guest])
    expected = [text for _, text in (await asyncio_says(programs)).entries]
    await play(attempt, log, journal(), programs)
    assert_same(
        programs,
        log.values,
        expected,
        "Program b paused with `yield new`. Then `new` is the last in line, and b behind it; `new` "
        "gets its first turn when those before it have had theirs, and it has to end too.",
    )


async def test_results(attempt, journal, draw):
    """The results come in the order given, not in the order of ending."""
    names = draw.sample("abcdefgh", 4)
    lengths = draw.sample(range(6), 4)
    programs = {name: pausing(name, n) for name, n in zip(names, lengths, strict=True)}
    got = await play(attempt, journal(), journal(), programs)
    expected = [f"{name}{n}" for name, n in zip(names, lengths, strict=True)]
    assert got["results"] == expected, (
        "What a generator returns is the `value` of the StopIteration that its end raises. Who "
        "ends first need not stand first: keep each result with the program that it belongs to."
    )
