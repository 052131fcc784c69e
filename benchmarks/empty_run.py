"""What a run costs that does nothing: building the machine, and taking it apart again.

Why: exhaustive faults and the checks are hundreds of short runs. No bar of its own; it is the
floor under `cancelled_everywhere` and under every check.
"""

from __future__ import annotations

import asyncio

from benchmarks.harness import Report, alternate, cpu_s, medians
from checker import lab

RUNS, ROUNDS = 100, 7


async def nothing() -> None:
    """The program."""


def measure() -> Report:
    """Microseconds per run."""

    def asyncio_runs() -> None:
        for _ in range(RUNS):
            asyncio.run(nothing())

    def lab_runs(trace: bool) -> None:
        for _ in range(RUNS):
            lab.run(nothing, trace=trace)

    found = alternate(
        {
            "asyncio.run": lambda: cpu_s(asyncio_runs),
            "lab.run": lambda: cpu_s(lambda: lab_runs(False)),
            "lab.run, traced": lambda: cpu_s(lambda: lab_runs(True)),
        },
        ROUNDS,
    )
    return Report("empty_run", medians(found, "us", 1e6 / RUNS), ["CPU time per run"])
