"""Checks of event_loop/mini_cancel: programs give the same order as on asyncio."""

from functools import partial
from pathlib import Path
from runpy import run_path

MATERIAL = Path(__file__).parent / "material"
assert_same = run_path(str(MATERIAL / "asyncio_says.py"))["assert_same"]
PROGRAMS = run_path(str(MATERIAL / "mini_programs.py"))
PROGRAMS["PROGRAMS"].update(run_path(str(MATERIAL / "mini_programs_failing.py"))["PROGRAMS"])
on_asyncio, source_of = PROGRAMS["on_asyncio"], PROGRAMS["source_of"]


async def both(attempt, journal, draw, programs):
    """Programs on asyncio and on the attempt's loop: each has to write and return the same."""
    await attempt.bring_file("outside").call("load_clock_and_sockets")
    await attempt.bring_file("mini_programs").call("load_programs")
    await attempt.bring_file("mini_programs_failing").call("load_programs")
    material = attempt.bring_file("coroutines")
    for name, advice in programs.items():
        n, log = draw.sample(range(2, 9), 4), journal()
        expected, result = await on_asyncio(name, n)
        got = await material.call("run", name, n, log, journal())
        assert_same(partial(source_of, name), log.values, expected, advice)
        assert got == result, f"{advice} (`run` has to return what the program returned.)"


async def test_earlier_programs(attempt, journal, draw):
    """Programs in which nothing goes wrong run as before."""
    names = ("pauses", "sleeps", "waits", "talks", "fans_out", "all_who_await", "one_by_one")
    advice = (
        "Nothing fails in this program, and nobody is cancelled. Leave these paths as they were."
    )
    await both(attempt, journal, draw, dict.fromkeys(names, advice))


async def test_errors(attempt, journal, draw):
    """An error reaches whoever awaits, and nobody else."""
    await both(
        attempt,
        journal,
        draw,
        {
            "error_reaches_who_awaits": "A task failed. Its error has to come up where the task is "
            "awaited, and the other task must not notice.",
            "error_reaches_everybody": "Two await a task that fails, and main asks when all is "
            "over. `result()` raises the error for each of them, each time.",
            "error_of_nobody": "A task fails that nobody awaits, and the loop has to go on; later "
            "a future gets an error by set_exception, and two who wait get it.",
        },
    )


async def test_cancel(attempt, journal, draw):
    """`task.cancel()` only asks: the CancelledError comes at the next step."""
    await both(
        attempt,
        journal,
        draw,
        {
            "cancel_a_sleeper": "`cancel` returns True at once and runs nothing of the task. The "
            "sleep is cancelled; through the line the error reaches the coroutine at its await.",
            "cancel_too_early_and_too_late": "A task that is cancelled before its first step never "
            "runs: an error thrown into a coroutine that has not begun ends it. A task that is "
            "done cannot be cancelled: False, and its result stays.",
        },
    )


async def test_itself(attempt, journal, draw):
    """A task may cancel itself: what it waits for next is cancelled, once for each request."""
    await both(
        attempt,
        journal,
        draw,
        {
            "cancels_itself": "The task asked while it was running, and waited for nothing yet. "
            "The request has to be kept, and meets it at the next thing for which it waits.",
            "cancels_itself_again": "The task asks while it runs, catches the CancelledError, and "
            "asks again. Before a bare turn the error is thrown in at the next step; before a wait "
            "the wait is cancelled. Forget a request before its error is thrown in, not after, or "
            "a new one is lost with it.",
            "cancels_what_it_awaits_next": "The task asked, and then awaited `inner`. So `inner` "
            "was cancelled, and with that the request has been met: `inner` swallowed it, and its "
            "value is what the task gets. It must not be cancelled a second time on top of it.",
        },
    )


async def test_inwards(attempt, journal, draw):
    """What a task waits for is cancelled first, and the error comes up from there."""
    await both(
        attempt,
        journal,
        draw,
        {
            "cancel_goes_inwards": "`outer` awaits the task `inner`. To cancel `outer` cancels "
            "`inner`; when that has ended, all who awaited it get the CancelledError.",
            "cancel_a_future": "A future is cancelled that two tasks await. Both get the error "
            "raised; a second `cancel` says False.",
            "cancel_comes_second": "The value was set, and before the task had its turn it was "
            "cancelled. What it awaited is done and cannot be cancelled: so the CancelledError is "
            "thrown in at the step that is due, and there alone.",
        },
    )


async def test_cleanup(attempt, journal, draw):
    """A task that is cancelled may clean up, go on, or fail: it decides how it ends."""
    await both(
        attempt,
        journal,
        draw,
        {
            "swallowed": "The task caught the CancelledError and went on. It was asked once, so it "
            "is thrown once; in the end the task has a result like any other.",
            "cleanup_waits": "The cleanup sleeps, after the request to cancel. The task is done "
            "when its coroutine has ended, and only then do those who await it go on.",
            "cleanup_fails": "An error in the cleanup takes the place of the cancellation: the "
            "task ends with that error.",
        },
    )
