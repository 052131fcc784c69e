"""Calls of the Linux kernel that Python has no function for, through the C library.

Invariant: a call that fails raises OSError; none fails silently.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any

from checker.jail import syscalls

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39


@cache
def libc() -> Any:
    """The C library, with an errno of our own. It has no types."""
    return ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: int | bytes | ctypes.Array[Any] | ctypes.Structure) -> int:
    """A system call by its name. Bytes and structures go as a pointer to them."""
    architecture = syscalls.here()
    if architecture is None or name not in architecture.numbers:
        raise NotImplementedError(f"the jail has no number for {name} on this machine")
    return _checked(libc().syscall(ctypes.c_long(architecture.numbers[name]), *_plain(arguments)))


def prctl(option: int, *arguments: int) -> int:
    """prctl(2)."""
    four = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(libc().prctl(option, *four))


def unshare(flags: int) -> None:
    """unshare(2)."""
    _checked(libc().unshare(flags))


def _plain(arguments: tuple[Any, ...]) -> list[Any]:
    plain: list[Any] = []
    for value in arguments:
        if isinstance(value, int):
            plain.append(ctypes.c_long(value))
        elif isinstance(value, ctypes.Structure):
            plain.append(ctypes.byref(value))
        else:
            plain.append(value)
    return plain


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
