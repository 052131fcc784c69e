"""What an attempt can use up: memory, CPU time, descriptors, files, threads."""

from __future__ import annotations

import mmap
import os
import re
import resource
from contextlib import suppress

from checker.jail.identity import Identity
from checker.jail.sandbox import JailLimits

_MOST_THREADS = 512  # where the user id that counts is the child's alone
_SPARE_THREADS = 4096  # beyond what a shared user id has: enough for all, and not all there is
_MOST_SIGNALS = 256


def present_bytes() -> int:
    """The address space of this process now, as RLIMIT_AS counts it.

    Found by asking for one page under a limit that is halved in: a jail may have no /proc.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = resource.getrlimit(resource.RLIMIT_AS)[0]
    below, enough = 0, 1 << 46
    try:
        while enough - below > mmap.PAGESIZE:
            middle = (below + enough) // 2
            above = hard != resource.RLIM_INFINITY and middle > hard
            if above or _fits(middle, hard):
                enough = middle
            else:
                below = middle
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
    return enough


def _fits(limit: int, hard: int) -> bool:
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        mmap.mmap(-1, mmap.PAGESIZE).close()
    except (OSError, MemoryError):
        return False
    return True


def most_threads(identity: Identity, in_own_space: bool) -> int:
    """What RLIMIT_NPROC has to be, which counts all threads of a user id, of whomever.

    Since 5.14 it counts in a user namespace of one's own what is in that namespace.
    """
    if identity in (Identity.OWN, Identity.ROOT) or (in_own_space and _release() >= (5, 14)):
        return _MOST_THREADS
    return threads_now() + _SPARE_THREADS


def _release() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])


def threads_now() -> int:
    """The threads of this user id, of all its processes. Root's are not counted by the kernel."""
    uid, count = os.getuid(), 0
    with suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with suppress(OSError):
                    if os.stat(f"/proc/{name}").st_uid == uid:
                        count += len(os.listdir(f"/proc/{name}/task"))
    return count


def bound(limits: JailLimits, present: int, identity: Identity | None, threads: int) -> None:
    """Take the limits, none of which can be raised again."""
    memory = present + limits.memory_bytes
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1)
    _limit(resource.RLIMIT_NOFILE, limits.files)
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_MEMLOCK):
        _limit(nothing, 0)
    for nothing in (resource.RLIMIT_MSGQUEUE, resource.RLIMIT_NICE, resource.RLIMIT_RTPRIO):
        _limit(nothing, 0)
    if identity is not None:
        _limit(resource.RLIMIT_NPROC, threads)
    if identity in (Identity.OWN, Identity.ROOT):
        _limit(resource.RLIMIT_SIGPENDING, _MOST_SIGNALS)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    """Never more than there is."""
    hard = soft if hard is None else hard
    most = resource.getrlimit(which)[1]
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(which, (soft, hard))
