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
from functools import cache

_PR_SET_CHILD_SUBREAPER = 36
_MOST_ROUNDS = 1000


@cache
def adopt(pid: int) -> None:
    """Let this process, whose id is `pid`, be the one that orphans below it come up to."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


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
