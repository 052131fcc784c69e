"""What the lab adds to a job in a thread: 1,000 times `asyncio.to_thread` of next to nothing.

Real threads run the jobs in both; in the lab each change of thread passes the baton, and each
lock goes through a replacement.

Why: FastAPI's `def` handlers and dependencies are such jobs. No bar.
"""

from __future__ import annotations

import asyncio

from benchmarks.harness import Report, alternate, cpu_s, medians, ratio
from checker import lab

JOBS, ROUNDS = 1_000, 7


async def jobs() -> None:
    """The program."""
    await asyncio.gather(*[asyncio.to_thread(int) for _ in range(JOBS)])


def measure() -> Report:
    """Ratios, and milliseconds for all jobs."""
    found = alternate(
        {
            "asyncio": lambda: cpu_s(lambda: asyncio.run(jobs())),
            "lab": lambda: cpu_s(lambda: lab.run(jobs, trace=False)),
            "lab, traced": lambda: cpu_s(lambda: lab.run(jobs)),
        },
        ROUNDS,
    )
    figures = [ratio(found, name, "asyncio") for name in ("lab", "lab, traced")]
    return Report("thread_jobs", figures + medians(found, "ms", 1000), [f"CPU time, {JOBS:,} jobs"])
