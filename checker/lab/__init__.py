"""The lab: a deterministic virtual machine for concurrency.

    from checker import lab
    run = lab.run(main)          # an async function; no time passes for real
    run.result, run.elapsed      # what it returned, and after how long
    run.blocked, run.leaks       # what held the loop, and what was left behind

A run               run, machine, program, ending, stop, insist, errors, explain
Time and turns      clock, loop, traced, tasks, names, steps, files, timekeeping
Threads, processes  threads, locks, processes, pools, computing
What it notices     blocking, leaks, where
How it reaches in   swap, originals, current, outer_loop, order, arrivals, refusals, allocator
Around it           real, faults, services/, asgi/, load_driver, load_report
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from checker.lab import real
    from checker.lab.asgi import serve
    from checker.lab.faults import cancel_everywhere, disconnect_everywhere, seeds
    from checker.lab.load_driver import load
    from checker.lab.services import Database as database
    from checker.lab.services import Queue as queue
    from checker.lab.services import Upstream as upstream
    from checker.lab.services import choice, exponential, lognormal, uniform

# What takes long to import, and is not needed by every program.
_LATER = {
    "cancel_everywhere": ("faults", "cancel_everywhere"),
    "choice": ("services", "choice"),
    "database": ("services", "Database"),
    "disconnect_everywhere": ("faults", "disconnect_everywhere"),
    "exponential": ("services", "exponential"),
    "load": ("load_driver", "load"),
    "lognormal": ("services", "lognormal"),
    "queue": ("services", "Queue"),
    "real": ("real", ""),
    "seeds": ("faults", "seeds"),
    "serve": ("asgi", "serve"),
    "uniform": ("services", "uniform"),
    "upstream": ("services", "Upstream"),
}

__all__ = [
    "Deadlock",
    "Interrupted",
    "LabError",
    "Livelock",
    "NoNetwork",
    "Run",
    "ThreadStuck",
    "WrongUse",
    "cancel_everywhere",
    "choice",
    "cpu",
    "database",
    "disconnect_everywhere",
    "exponential",
    "load",
    "lognormal",
    "queue",
    "real",
    "run",
    "seeds",
    "serve",
    "uniform",
    "upstream",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"the lab has no {name!r}")
    module, attribute = _LATER[name]
    found = import_module(f"checker.lab.{module}")
    value = globals()[name] = getattr(found, attribute) if attribute else found
    return value


def __dir__() -> list[str]:
    return __all__
