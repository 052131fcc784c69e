"""A child's own life: it goes to jail, does its work, and ends.

Invariant: the work begins only after every layer is up. Where one fails, the child ends with
NOT_JAILED and has run nothing of the attempt. It never goes on as a second zygote.
"""

from __future__ import annotations

import faulthandler
import fcntl
import io
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from checker.jail import bounds, kernel, landlock, seccomp
from checker.jail.identity import Identity, become
from checker.jail.sandbox import JailLimits

NOT_JAILED = 78
_STAND, _WIRE, _RULES = 3, 4, 5
_OUT_OF_THE_WAY, _MOST_DESCRIPTORS = 64, 1 << 20
_exit = os._exit


class Cell(NamedTuple):
    """What a zygote has ready for its children. A layer that is None is not put up."""

    limits: JailLimits
    zygote: int  # its process id
    present_bytes: int
    threads: int
    identity: Identity | None
    rules: int | None  # Landlock's
    filter: bytes | None  # seccomp's


class Ends(NamedTuple):
    """Descriptors of the child: its ends of what it shares with the host."""

    wire: int
    output: int
    stand: int


def live(work: Callable[[socket.socket], object], cell: Cell, ends: Ends) -> NoReturn:
    """Go to jail, do the work, and end."""
    code = NOT_JAILED
    try:
        wire = enter(cell, ends)
        code = 1
        work(wire)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else code
    except BaseException:
        traceback.print_exc()
    finally:
        _leave(code)
    raise AssertionError("a child went on after its end")


def enter(cell: Cell, ends: Ends) -> socket.socket:
    """Put up every layer, and return the child's end of the wire."""
    os.setsid()
    _die_with(cell.zygote)
    take_descriptors(ends, cell.rules)
    _take_streams()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    faulthandler.enable(file=_STAND)
    faulthandler.register(signal.SIGUSR1, file=_STAND)
    os.environ.clear()
    sys.dont_write_bytecode = True
    wire = socket.socket(fileno=_WIRE)
    if cell.identity is not None:
        become(cell.identity)
        # Whoever changes the user has lost the signal, and can be looked into again.
        _die_with(cell.zygote)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    bounds.bound(cell.limits, cell.present_bytes, cell.identity, cell.threads)
    if cell.identity is not None:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if cell.rules is not None:
        landlock.enforce(_RULES)
        os.close(_RULES)
    if cell.filter is not None:
        seccomp.install(seccomp.for_process(cell.filter, os.getpid()))
    return wire


def _die_with(zygote: int) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        _exit(NOT_JAILED)  # It died before the signal was asked for.


def take_descriptors(ends: Ends, rules: int | None) -> None:
    """The child's own to fixed places; and none that the zygote or the host has."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    mine = [nothing, ends.output, ends.output, ends.stand, ends.wire]
    if rules is not None:
        mine.append(rules)
    # First out of the way, since one may have the number of a place.
    high = [fcntl.fcntl(end, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for end in mine]
    for place, end in enumerate(high):
        os.dup2(end, place, inheritable=place <= 2)
    os.closerange(len(high), min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS))


def _take_streams() -> None:
    """What is printed goes out line by line."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), "utf-8")
    sys.stdout = _writer(1)
    sys.stderr = _writer(2)


def _writer(descriptor: int) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def _leave(code: int) -> NoReturn:
    """The attempt may have closed the streams, or put something else in the place of os._exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
    while True:
        _exit(code)
