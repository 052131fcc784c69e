"""The words of the jail: what holds an attempt, what it may use, and how it ended."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from enum import StrEnum
from typing import NamedTuple


class Sandbox(StrEnum):
    """What holds an attempt. A report says which it was."""

    JAIL = "jail"  # Landlock, seccomp and limits: nothing but the kernel is needed
    BWRAP = "bwrap"  # the same, with bubblewrap in the place of Landlock
    OUTER = "outer"  # the caller's own container; of the jail, whatever this kernel has
    NONE = "none"  # limits alone


class JailLimits(NamedTuple):
    """What an attempt may use. The host counts real time and prints, the kernel the rest."""

    real_s: float = 10.0
    cpu_s: int = 10
    memory_bytes: int = 1 << 30  # beyond what it begins with
    files: int = 64
    printed_bytes: int = 1_000_000


class Death(NamedTuple):
    """How a child ended: "exit" with a code, or "signal" with the signal's number."""

    how: str
    code: int
    detail: str  # "exit code 3", "SIGSEGV"
    cpu_s: float
    max_rss_bytes: int


class NoJail(Exception):
    """Nothing here can hold an attempt. The message says which layer is missing and what to do."""


class ZygoteDied(Exception):
    """The zygote is gone, and its children with it. A new one can be started."""


def death(status: int, cpu_s: float, max_rss_bytes: int) -> Death:
    """A wait status, in words."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return Death("exit", code, f"exit code {code}", cpu_s, max_rss_bytes)
    name = f"signal {-code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
    return Death("signal", -code, name, cpu_s, max_rss_bytes)
