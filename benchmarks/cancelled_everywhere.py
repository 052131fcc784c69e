"""What one run of `cancel_everywhere` costs: a program with 100 suspensions, cancelled at each.

Why: the faults are exhaustive, so a check of a program with n suspensions runs it n times. No
bar; a check should stay well below a second, and this says how many suspensions fit into it.
"""

from __future__ import annotations

import asyncio

from benchmarks.harness import Figure, Report, alternate, cpu_s
from checker.lab.faults import cancel_everywhere

SUSPENSIONS, ROUNDS = 100, 5


async def program() -> None:
    """Suspended a hundred times, with a task group and a limit around it."""
    async with asyncio.timeout(1000), asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1))
        for _ in range(SUSPENSIONS):
            await asyncio.sleep(0.1)


def measure() -> Report:
    """Milliseconds per run, and for all of them."""
    runs = len(cancel_everywhere(program))
    found = alternate({"all": lambda: cpu_s(lambda: cancel_everywhere(program))}, ROUNDS)
    total_s = sorted(found["all"])[ROUNDS // 2]
    figures = [
        Figure("one run", total_s / (runs + 1) * 1000, "ms"),
        Figure(f"all {runs + 1} runs", total_s * 1000, "ms"),
    ]
    return Report("cancelled_everywhere", figures, ["CPU time"])
