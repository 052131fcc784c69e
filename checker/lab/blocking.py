"""Calls that hold the loop: seen, located and reported.

A sleep or a wait on the loop's own thread moves the virtual clock, and the clock reports it. A
real call (files, sqlite3, sockets, `input`) takes no virtual time; the `blockbuster` library
knows which calls these are, and they are reported with a duration of nothing. They are let
through: the lab shows what a program does, it does not mend it.

Refuses: every connection to a network. There is none in the lab.
"""

from __future__ import annotations

import _socket
import builtins
import socket
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from checker.lab import where
from checker.lab.clock import NS
from checker.lab.current import local, outside
from checker.lab.errors import NoNetwork
from checker.lab.names import Names
from checker.lab.swap import Swaps, original
from checker.trace import Blocked, Recorder


class Blocking(NamedTuple):
    """Code that held the loop."""

    at: float  # seconds on the virtual clock
    seconds: float  # 0 for a real call, which takes no virtual time
    what: str  # "time.sleep(2)"
    where: str  # "app.py:7"
    task: str  # the name of the task in whose step it was, or "" outside of any


class BlockingCalls:
    """The report of one run."""

    def __init__(
        self,
        now_ns: Callable[[], int],
        recorder: Recorder | None,
        names: Names,
        task_name: Callable[[], str],
        on_loop: Callable[[], bool],
    ) -> None:
        self._now_ns = now_ns
        self._recorder = recorder
        self._names = names
        self._task_name = task_name
        self._on_loop = on_loop  # whether the calling thread is the loop's
        self._looking = False
        self.found: list[Blocking] = []

    def report(self, began: int, on: str) -> None:
        """The loop was held from `began` until now."""
        lasted = self._now_ns() - began
        at = where.here(2)
        self.found.append(Blocking(began / NS, lasted / NS, on, at, self._task_name()))
        if self._recorder:
            self._recorder.add(Blocked(began, self._names.running(), lasted, on, at))

    def install(self, swaps: Swaps) -> None:
        """Watch the calls that blockbuster knows."""
        for call, watched in _catalogue():
            if isinstance(call.owner, type) and call.name in call.owner.__dict__:
                swaps.method(call.owner, call.name, watched)
            else:
                swaps.attribute(call.owner, call.name, watched)

    def watch(self, call: _Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a call that may block, and report it if the program held the loop with it."""
        if self._looking or not self._on_loop():
            return call.real(*args, **kwargs)
        # To look for the caller, files are looked at: those calls are the lab's own.
        self._looking = True
        try:
            with outside():
                meant = not call.may_block(*args, **kwargs) and _by_program(call)
        finally:
            self._looking = False
        began = self._now_ns()
        try:
            return call.real(*args, **kwargs)
        finally:
            if meant:
                self.report(began, call.title)


class _Call(NamedTuple):
    owner: Any
    name: str
    real: Callable[..., Any]
    title: str
    may_block: Callable[..., bool]
    exempt: list[tuple[str, Iterable[str]]]


def _watched(call: _Call) -> Callable[..., Any]:
    """What stands in for a call, in every run: it asks the run of the calling thread."""
    real = call.real

    def watched(*args: Any, **kwargs: Any) -> Any:
        machine = local.machine
        if machine is None:
            return real(*args, **kwargs)
        return machine.blocking.watch(call, args, kwargs)

    return watched


@lru_cache(maxsize=1)
def _catalogue() -> list[tuple[_Call, Callable[..., Any]]]:
    # What it imports puts a `dir` of its own in place of everybody's.
    builtin_dir = builtins.dir
    try:
        from blockbuster import BlockBuster
    finally:
        builtins.dir = builtin_dir

    calls = []
    for title, function in BlockBuster().functions.items():
        # Sleeps and locks have a virtual time of their own; the clock reports them.
        if title.startswith(("time.", "threading.")) or function.original_func is None:
            continue
        owner, name, real = function.module, function.func_name, function.original_func
        exempt, may_block = function.can_block_functions, function.can_block_predicate
        calls.append(_Call(owner, name, real, title, may_block, exempt))
    return [(call, _watched(call)) for call in calls]


# Machinery that reads files on its own account: an import, a traceback, a warning.
_MACHINERY = ("<frozen importlib", "<frozen runpy", "linecache.py", "traceback.py", "warnings.py")


def _by_program(call: _Call) -> bool:
    """Whether the program makes this call, rather than the interpreter or the lab."""
    frame: FrameType | None = sys._getframe(3)  # It came by `watch` and by what stands in.
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        if where.label(file):
            return True
        if where.is_lab(file) or any(part in file for part in _MACHINERY):
            return False
        if any(file.endswith(end) and code.co_name in names for end, names in call.exempt):
            return False
        frame = frame.f_back
    return False


def refuse_network(swaps: Swaps) -> None:
    """Let every connection to a network fail."""
    sockets = _socket.socket.__dict__
    for name in ("connect", "connect_ex", "sendto"):
        refusing = _refusing(sockets[name], -1)
        swaps.method(_socket.socket, name, refusing)
        # What is watched above stands in the way of the first.
        swaps.attribute(socket.socket, name, refusing)
    for name in ("getaddrinfo", "gethostbyname"):
        builtin: Any = getattr(_socket, name)
        swaps.builtin(builtin, _refusing(original(builtin), 0))


def _refusing(real: Callable[..., Any], address_at: int) -> Callable[..., Any]:
    def refused(*args: Any, **kwargs: Any) -> Any:
        if local.strand is None:
            return real(*args, **kwargs)
        refuse(args[address_at] if len(args) > abs(address_at) else "an address")

    return refused


def refuse(address: Any) -> NoReturn:
    """Say that there is no network, and what to use."""
    if isinstance(address, tuple | list):
        address = ":".join(str(part) for part in address if part is not None)
    raise NoNetwork(
        f"the program connects to {address or 'an address'}, and there is no network in the lab; "
        "make the other side with lab.upstream(...) and use its client, or run the program with "
        "lab.real.run"
    )
