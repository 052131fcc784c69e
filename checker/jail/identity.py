"""Who an attempt is: nobody else's user where that is possible, and without any capability.

As root, each child gets a user id of its own, so that the kernel itself keeps children apart, and
counts the threads of each alone. Where Python's files are closed to other users (below a home with
mode 700, say), or where there is but a range of ids, it is `nobody`, or root without capabilities.

Invariant: what was found is tried first, in a fork: such a child can read Python, and be killed.
"""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial

from checker.jail import kernel

# Beyond what distributions, containers and directories of users give out.
_FIRST_UID = 1_880_000_000
_NOBODY = 65_534
_CAPABILITIES_VERSION = 0x20080522
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC, _CLONE_NEWUTS = (
    0x10000000, 0x40000000, 0x08000000, 0x04000000,
)  # fmt: skip


class Identity(Enum):
    """Who a child is, in words for the doctor."""

    OWN = "a user id of its own"
    NOBODY = "the user id of nobody"
    ROOT = "user id 0 without capabilities"
    SAME = "the user id that it was started with, without capabilities"


def find(files: list[str]) -> Identity:
    """The first that works here, for which these files can be read."""
    if os.geteuid() != 0:
        return Identity.SAME
    for identity in (Identity.OWN, Identity.NOBODY):
        if _works(identity, files):
            return identity
    return Identity.ROOT


def become(identity: Identity) -> None:
    """Be that, for good."""
    own = _FIRST_UID + os.getpid()
    if identity in (Identity.OWN, Identity.NOBODY):
        uid = own if identity is Identity.OWN else _NOBODY
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    elif identity is Identity.ROOT:
        # The kernel counts threads by the real id, and never root's. Files are read by the other.
        with suppress(OSError):
            os.setresuid(own, 0, 0)
    drop_capabilities()


def drop_capabilities() -> None:
    """Have none. Without a program to start, none can come back."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    kernel.call("capset", header, bytes(24))


def _works(identity: Identity, files: list[str]) -> bool:
    """Whether a child that is this reads the files, and can be killed by us."""

    def look() -> None:
        become(identity)
        for name in files:
            with open(name, "rb") as file:
                file.read(1)

    return _killed_after(look)


def _killed_after(look: Callable[[], None]) -> bool:
    """Look in a fork; kill it when it is done. False if it failed, or if it cannot be killed."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            look()
            os.write(write, b"+")
            signal.pause()
        finally:
            os._exit(1)
    os.close(write)
    done = os.read(read, 1) == b"+"
    try:
        os.kill(pid, signal.SIGKILL)
    except PermissionError:
        os.close(read)  # It cannot be waited for: it goes when we do.
        return False
    os.close(read)
    os.waitpid(pid, 0)
    return done


def leave_network() -> bool | None:
    """Go where there is no network, no shared memory of others and no abstract socket of others.

    Returns whether that is a user namespace of its own, or None if it is not possible. Whoever
    calls has one thread.
    """
    spaces = _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS
    for flags in (spaces, spaces | _CLONE_NEWUSER):
        if _killed_after(partial(_enter, flags)):
            _enter(flags)
            return bool(flags & _CLONE_NEWUSER)
    return None


def _enter(flags: int) -> None:
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(flags)
    if flags & _CLONE_NEWUSER:
        # A process that is closed to others cannot write these, so it is closed afterwards.
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
