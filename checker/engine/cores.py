"""The cores that this process may use, and one of them for each worker.

A worker, its zygote and the attempt take turns: at any moment only one of them runs. On one core a
turn is handed over without waking another, and the caches stay warm.
"""

from __future__ import annotations

import os
from collections.abc import Sequence


def cores() -> list[int]:
    """The numbers of the cores; where the system does not tell them, from 0 on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def one_each(workers: int) -> Sequence[int | None]:
    """A core for each of so many workers, or None where they should go where there is room.

    Workers that do not use all cores are left alone: another batch would choose the same ones.
    """
    found = cores()
    if workers == len(found) and hasattr(os, "sched_setaffinity"):
        return found
    return [None] * workers


def stay_on(core: int | None) -> None:
    """Keep this process, and those that it starts, on one core."""
    if core is not None:
        os.sched_setaffinity(0, {core})
