"""Checks one attempt under several seeds in one fork, for the author's gate.

Most of what a short check costs is its fork and the pages that the fork copies when it first
touches them. The gate checks each answer of the course under two or three seeds, and can pay that
price once per answer.

Invariant: each seed gets the verdict that it would get in a fork of its own. The checks execute
the attempt anew in each run of the lab, and every seed is checked from the beginning. What is left
is what a program can change outside of its own module. So a seed counts only if it was the first
in the fork, or if the process was still as it was before the first (`Process.changed`) and the
fork then came to its end in good order, without printing. Any other seed is checked again, in a
fork of its own, with limits of its own.

Refuses to be used for the attempts of others: a program that knows how can hide something from
`Process.changed`. Grading starts a process for each attempt.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import gc
import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from checker.engine.job import Job
from checker.engine.judge import forget_exception
from checker.engine.limits import Ended, Limits, Send
from checker.engine.orphans import children
from checker.engine.seal import Seal

Check = Callable[[Job, Send], None]


def roomier(limits: Limits) -> Limits:
    """The limits of a fork in which each seed gets the memory of one; see `_grant`."""
    return limits._replace(memory_bytes=2 * limits.memory_bytes)


def check_each(
    job: Job, seeds: Sequence[int], check: Check, limits: Limits, seal: Seal, send: Send
) -> None:
    """In the fork: check under one seed after the other, as long as nothing is left of the last."""
    os.chdir("/")  # The checks do so, too.
    began_bytes = _size_bytes()
    before = Process(seal)
    for seed in seeds:
        if _size_bytes() - began_bytes > limits.memory_bytes:
            return
        _grant(limits.memory_bytes)
        began = time.monotonic()
        send({"seed": seed})
        check(job._replace(seed=seed), send)
        send({"took_s": time.monotonic() - began})
        forget_exception()
        if before.changed():
            return


def _grant(memory_bytes: int) -> None:
    """Allow as much memory beyond what there is now as the beginning of a fork would."""
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (min(_size_bytes() + memory_bytes, hard), hard))


def by_seed(ended: Ended, seeds: Sequence[int]) -> list[Ended | None]:
    """What the fork says about each seed; None for those that need a fork of their own."""
    records: list[list[dict[str, Any]]] = []
    for record in ended.records:
        if "seed" in record:
            records.append([])
        elif records:
            records[-1].append(record)
    if len(records) < 2:
        # The first had the fork for itself, however it ended.
        return [ended, *[None] * (len(seeds) - 1)]
    if ended.printed:
        return [None] * len(seeds)  # Under which seed that was printed, nothing tells.
    whole = [_whole(each) for each in records]
    return [*whole, *[None] * (len(seeds) - len(whole))]


def _whole(records: list[dict[str, Any]]) -> Ended | None:
    """A seed that was checked to its end, in good order."""
    good = any(record.get("done") in ("exit", "not python") for record in records)
    if not good and not any("stub" in record for record in records):
        return None
    took_s = [record["took_s"] for record in records if "took_s" in record]
    return Ended(records, real_s=took_s[0]) if took_s else None


class Process:
    """What a program can change in its process, as it was when this was made."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._sizes = {name: len(vars(module)) for name, module in _modules()}
        self._state = _state()

    def changed(self) -> list[str]:
        """What is not as it was, by name."""
        now = _state()
        found = [name for name, value in self._state.items() if now[name] != value]
        for name, module in _modules():
            if len(vars(module)) != self._sizes.get(name):
                found += _added(name, module, self._sizes.get(name))
        return found + self._seal.added()


def _modules() -> list[tuple[str, ModuleType]]:
    return [(k, v) for k, v in list(sys.modules.items()) if isinstance(v, ModuleType)]


def _added(name: str, module: ModuleType, size: int | None) -> list[str]:
    """Names that a module has gained, but for modules that were imported meanwhile."""
    if size is None:
        # A module that a program made itself, and left there, was found by no importer.
        spec = getattr(module, "__spec__", None)
        return [] if getattr(spec, "name", None) == name else [name]
    names = vars(module)
    if len(names) < size:
        return [name]
    return [
        f"{name}.{key}"
        for key in islice(names, size, None)
        if sys.modules.get(f"{name}.{key}") is not names[key]
    ]


def _state() -> dict[str, Any]:
    """The rest of what a process has one of."""
    return {
        "asynchronous generators": sys.get_asyncgen_hooks(),
        "collector": (gc.isenabled(), gc.get_threshold(), len(gc.callbacks)),
        "context": len(contextvars.copy_context()),
        "descriptors": _descriptors(),
        # pytest keeps the name of the check that runs there.
        "environment": dict(os.environ) | {"PYTEST_CURRENT_TEST": ""},
        "exit functions": atexit._ncallbacks(),
        "folder": os.getcwd(),
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook),
        "import path": (*sys.path, *sys.meta_path, *sys.path_hooks),
        "interpreter": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "logging": (logging.root.level, len(logging.root.handlers), logging.root.manager.disable),
        "loop": asyncio._get_running_loop(),
        "processes": children(),
        "signals": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "threads": threading.active_count(),
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "warnings": list(warnings.filters),
    }


def _descriptors() -> list[str]:
    try:
        return sorted(os.listdir("/proc/self/fd"))
    except OSError:
        return []


def _size_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
