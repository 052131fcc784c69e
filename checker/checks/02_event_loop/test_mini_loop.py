"""Checks of event_loop/mini_loop: programs of coroutines do what they do on asyncio."""

from functools import partial
from pathlib import Path
from runpy import run_path

MATERIAL = Path(__file__).parent / "material"
assert_same = run_path(str(MATERIAL / "asyncio_says.py"))["assert_same"]
PROGRAMS = run_path(str(MATERIAL / "mini_programs.py"))
on_asyncio, source_of = PROGRAMS["on_asyncio"], PROGRAMS["source_of"]


async def both(attempt, journal, draw, name, advice):
    """A program on asyncio and on the attempt's loop has to write the same; what it returns."""
    n = draw.sample(range(2, 9), 4)
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    await attempt.bring_file("mini_programs").call("load_programs")
    expected, result = await on_asyncio(name, n)
    log = journal()
    got = await attempt.bring_file("coroutines").call("run", name, n, log, journal())
    assert_same(partial(source_of, name), log.values, expected, advice)
    return got, result


async def test_earlier_programs(attempt, journal, draw):
    """Programs that pause, sleep, wait for futures and read sockets run as on asyncio."""
    for name, does in {
        "pauses": "takes turns with `await loop.sleep(0)`",
        "sleeps": "sleeps",
        "waits": "waits for a future with three tasks, and a fourth comes late",
        "talks": "talks over a pair of sockets",
    }.items():
        advice = (
            f"This program {does}. A step of a task ends when its coroutine comes up with a future "
            "or with None; the next step follows when that future is done, or in the next turn."
        )
        await both(attempt, journal, draw, name, advice)


async def test_starts_later(attempt, journal, draw):
    """To create a task runs nothing; its first step comes in a later turn."""
    await both(
        attempt,
        journal,
        draw,
        "starts_later",
        "create_task returns at once, and whoever called it goes on. The first step belongs into "
        "the line: loop.call_soon.",
    )


async def test_results(attempt, journal, draw):
    """A task's result reaches everybody who awaits it, however many and however late."""
    for name in ("fans_out", "all_who_await", "chain"):
        advice = (
            "What a coroutine returns is the `value` of its StopIteration; it becomes the task's "
            "result, and `await task` gives it to everyone. Tasks that sleep do so together."
        )
        got, result = await both(attempt, journal, draw, name, advice)
        assert got == result, (
            f"The coroutine of {name} returned {result!r}, and `run` returned {got!r}. {advice}"
        )


async def test_no_turn(attempt, journal, draw):
    """To await a coroutine, or what is done already, takes no turn."""
    for name in ("coroutines_take_no_turn", "done_takes_no_turn"):
        advice = (
            "Another task walks meanwhile, and it must not get a turn here: `await` as such lets "
            "nobody run. `__await__` yields only if the value is not there yet."
        )
        await both(attempt, journal, draw, name, advice)


async def test_through_the_line(attempt, journal, draw):
    """Who sets a result goes on; those who waited run in a later turn, in order."""
    await both(
        attempt,
        journal,
        draw,
        "one_by_one",
        "Four values are set one after the other in a single step. Each wakes one task, through "
        "the line and with one call_soon: neither at once nor two turns later.",
    )


async def test_ends_with_main(attempt, journal, draw, clock):
    """`run` ends when its coroutine has ended, though others still sleep."""
    await both(
        attempt,
        journal,
        draw,
        "leaves_the_rest",
        "Tasks that nobody awaits run along for as long as the main one does, and no longer.",
    )
    assert clock.now < 100, (
        f"The program was over at {clock.now:g} s: `run` stayed for a task that sleeps 1000 s, and "
        "that nobody awaits. Turn only until the main task is done."
    )
