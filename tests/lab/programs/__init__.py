"""The corpus: small programs that run in the lab and on the real loop, and must do the same.

    program.py     what a program is, and what it states of itself
    control.py     how late plain sleeps and thread hops are, beside a real run
    real.py        a process in which programs run for real, without the lab
    compare.py     a program's two runs, held against each other
    digest.py      `python -m tests.lab.programs.digest`: a digest of each program's trace
    apps.py        what the programs with FastAPI share
    __main__.py    `python -m tests.lab.programs [--markdown]`: the table of all programs

Everything else is programs, a module for each theme.
"""

from __future__ import annotations

import importlib

from tests.lab.programs.program import Log, Program, perform, registry

THEMES = (
    "sleeps",
    "gathering",
    "groups",
    "locks",
    "signals",
    "queues",
    "timeouts",
    "waiting_for",
    "cancellation",
    "cleanup",
    "generators",
    "races",
    "threads",
    "pools",
    "thread_locks",
    "barriers",
    "executors",
    "contexts",
    "anyio_groups",
    "anyio_scopes",
    "fastapi_apps",
    "fastapi_replies",
)


def every_program() -> dict[str, Program]:
    """All programs by their ids, theme by theme."""
    for theme in THEMES:
        importlib.import_module(f"{__name__}.{theme}")
    return registry


__all__ = ["THEMES", "Log", "Program", "every_program", "perform"]
