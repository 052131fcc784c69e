"""What the lab adds to each step of a task and to each timer.

40,000 task switches (`sleep(0)`: nothing but a step) and 20,000 timers (200 tasks that each set
one after another, with all of theirs in the heap at once), on plain asyncio and in the lab. The
delays are a nanosecond, so that plain asyncio has nothing to wait for: measured is the work.

Why: a program in the lab is a learner's program, and a check runs many of them.
Bar: 1.15 times plain asyncio without a trace, 2 times with one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.harness import Figure, Report, alternate, cpu_s, medians, ratio
from checker import lab

SWITCHES, TIMERS = 40_000, 20_000
SWITCHING_TASKS, TIMER_TASKS = 40, 200
BAR, BAR_TRACED = 1.15, 2.0
ROUNDS = 9

_Main = Callable[[], Coroutine[Any, Any, None]]


async def _switch(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def _set_timers(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(1e-9)


async def switches() -> None:
    """The switches alone."""
    each = SWITCHES // SWITCHING_TASKS
    await asyncio.gather(*[_switch(each) for _ in range(SWITCHING_TASKS)])


async def timers() -> None:
    """The timers alone."""
    await asyncio.gather(*[_set_timers(TIMERS // TIMER_TASKS) for _ in range(TIMER_TASKS)])


async def both() -> None:
    """Both at once."""
    await asyncio.gather(switches(), timers())


def measure() -> Report:
    """Both together against the bars; each alone as information."""
    figures: list[Figure] = []
    for title, main, barred in (
        (f"{SWITCHES:,} switches and {TIMERS:,} timers", both, True),
        ("the switches alone", switches, False),
        ("the timers alone", timers, False),
    ):
        found = alternate(_contestants(main), ROUNDS)
        for contestant, bar in (("lab", BAR), ("lab, traced", BAR_TRACED)):
            figure = ratio(found, contestant, "asyncio", bar if barred else None)
            figures.append(figure._replace(what=f"{title}: {figure.what}"))
        if barred:
            figures += medians(found, "ms", 1000)
    return Report("switches_and_timers", figures, ["CPU time"])


def _contestants(main: _Main) -> dict[str, Callable[[], float]]:
    return {
        "asyncio": lambda: cpu_s(lambda: asyncio.run(main())),
        "lab": lambda: cpu_s(lambda: lab.run(main, trace=False)),
        "lab, traced": lambda: cpu_s(lambda: lab.run(main)),
    }
