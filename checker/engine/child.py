"""A fork's own life: it waits for its order, takes its place within the limits, works, and ends.

Invariant: it works on one order, and without one it ends as soon as its parent has. `live` never
returns. What the attempt did to the interpreter meanwhile, be it to `os._exit`, does not let the
fork go on as a second engine.
"""

from __future__ import annotations

import faulthandler
import fcntl
import gc
import io
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from checker.engine.limits import BEGUN, ORDER_LENGTH_BYTES, Limits, Send, leave, sender
from checker.engine.orphans import libc

_PR_SET_PDEATHSIG = 1
_RECORDS, _STAND, ORDER = 3, 4, 5
_OUT_OF_THE_WAY, _MOST_DESCRIPTORS = 64, 1 << 16


class Pipes(NamedTuple):
    """The ends that are the fork's: it reads its order, and writes to the others."""

    order: int
    records: int
    output: int
    stand: int


def live(
    work: Callable[[Any, Send], None],
    get_ready: Callable[[], None] | None,
    pipes: Pipes,
    key: str,
) -> NoReturn:
    """Wait for an order, do the work and end."""
    code = 1
    try:
        os.setsid()
        _die_with_parent()
        _take_descriptors(pipes)
        _take_streams()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.enable(file=_STAND)
        faulthandler.register(signal.SIGUSR1, file=_STAND)
        # What is here already is never garbage, and to look for it copies every page.
        gc.disable()
        if get_ready is not None:
            get_ready()
        limits, order = _order()
        send = sender(_RECORDS, key)
        send(BEGUN)
        _limit(limits)
        work(order, send)
        flush()
        code = 0
    except BaseException:
        # The parent sees that no record says "done", and that is the answer.
        sys.excepthook(*sys.exc_info())
        flush()
    finally:
        leave(code)
    raise AssertionError("a fork went on after its end")


def _order() -> tuple[Limits, Any]:
    """What the parent sends, once. Where it has gone instead, there is nothing left to do."""
    with open(ORDER, "rb") as file:
        length = int.from_bytes(file.read(ORDER_LENGTH_BYTES), "big")
        data = file.read(length)
    if not length or len(data) < length:
        leave(0)
    order: tuple[Limits, Any] = pickle.loads(data)
    return order


def _take_descriptors(pipes: Pipes) -> None:
    """Ours to fixed places, and none of the parent's: not its files, not its sockets."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    ends = (nothing, pipes.output, pipes.output, pipes.records, pipes.stand, pipes.order)
    # First out of the way, since a pipe may have the number of a place.
    high = [fcntl.fcntl(end, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for end in ends]
    for place, end in enumerate(high):
        os.dup2(end, place, inheritable=place <= 2)
    os.closerange(len(high), min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS))


def _take_streams() -> None:
    """What is printed goes out line by line, wherever the parent's own output goes."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), "utf-8")
    sys.stdout = _writer(1)
    sys.stderr = _writer(2)


def _writer(descriptor: int) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def flush() -> None:
    """The attempt may have closed them, or put something else there."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        most = now + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _die_with_parent() -> None:
    """Where the parent is killed, nobody else ends this fork."""
    if sys.platform == "linux":
        libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
