"""Ends what an attempt has started and left behind, also in a session of its own.

On Linux this process becomes the parent of whatever loses its parent below it. What has come up
that way after a fork has ended is killed, until nothing comes up any more.

Invariant: only what is below a fork of ours is ended. A process that was a child of ours before,
or is in our own session, as a `subprocess` started beside a check is, stays alone.
Elsewhere than on Linux a process that left the fork's process group is not found.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36
_MOST_ROUNDS = 1000
_adopting = 0  # how many checks go on, in all threads


@contextmanager
def adopting() -> Iterator[None]:
    """Let this process be the one that orphans below it come up to, for as long as it checks."""
    global _adopting
    _adopting += 1
    if _adopting == 1:
        _let_come_up(True)
    try:
        yield
    finally:
        _adopting -= 1
        if not _adopting:
            _let_come_up(False)


def _let_come_up(yes: bool) -> None:
    if sys.platform == "linux":
        libc().prctl(_PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0)


@cache
def libc() -> Any:
    """The C library. A fork that asks anew would make a class of functions first."""
    import ctypes

    return ctypes.CDLL(None)


def children() -> set[int]:
    """The children of this process, of all its threads, where the system tells them."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            with contextlib.suppress(OSError), open(f"/proc/self/task/{thread}/children") as file:
                found.update(int(pid) for pid in file.read().split())
    return found


def sweep(known: set[int]) -> None:
    """End every child that is not `known`. Killing a parent brings its children up."""
    for _ in range(_MOST_ROUNDS):
        left = {pid for pid in children() - known if _elsewhere(pid)}
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)


def _elsewhere(pid: int) -> bool:
    """Whether it is in another session than ours, as all that a fork starts is."""
    try:
        return os.getsid(pid) != os.getsid(0)
    except OSError:
        return True
