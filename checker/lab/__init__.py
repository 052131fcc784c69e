"""The lab: a deterministic virtual machine for concurrency.

    from checker import lab
    run = lab.run(main)          # an async function; no time passes for real
    run.result, run.elapsed      # what it returned, and after how long
    run.blocked, run.leaks       # what held the loop, and what was left behind
"""

from checker.lab.computing import cpu
from checker.lab.errors import (
    Deadlock,
    Interrupted,
    LabError,
    Livelock,
    NoNetwork,
    ThreadStuck,
    WrongUse,
)
from checker.lab.run import Run, run

__all__ = [
    "Deadlock",
    "Interrupted",
    "LabError",
    "Livelock",
    "NoNetwork",
    "Run",
    "ThreadStuck",
    "WrongUse",
    "cpu",
    "run",
]
