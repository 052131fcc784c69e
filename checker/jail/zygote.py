"""The zygote: a process that has imported what attempts import, and forks a jailed child for each.

It is started with an empty environment and knows neither checks nor solutions nor submissions:
what a child could find in its memory is what everybody has installed.

Invariant: it has one thread, and reaps a child only when it is told to end it. So an id that the
host was given means this child for as long as the host has not ended it.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NoReturn

from checker.jail import bounds, identity, inside, kernel, landlock, readable, seccomp, syscalls
from checker.jail.orders import MESSAGE_BYTES, Orders
from checker.jail.sandbox import JailLimits, Sandbox
from checker.lab.allocator import share_arenas

_TRIAL_S = 10.0
_LONGEST_TEXT = 8_000


class CannotStart(Exception):
    """The message is for the host."""


def run(text: str) -> NoReturn:
    """The whole life of a zygote."""
    orders = Orders(**json.loads(text))
    if orders.with_host:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=orders.control)
    control.set_inheritable(False)
    try:
        work, cell = _prepare(orders)
    except CannotStart as error:
        _give_up(control, {"cannot": str(error)})
    except BaseException as error:
        _give_up(control, {"failed": f"{type(error).__name__}: {error}"})
    control.send(json.dumps({"pid": os.getpid()}).encode())
    _Zygote(control, orders.host, work, cell).serve()
    os._exit(0)


def _give_up(control: socket.socket, why: dict[str, str]) -> NoReturn:
    with suppress(OSError):
        control.send(json.dumps({key: text[:_LONGEST_TEXT] for key, text in why.items()}).encode())
    os._exit(1)


def _prepare(orders: Orders) -> tuple[Callable[[socket.socket], object], inside.Cell]:
    sandbox = Sandbox(orders.sandbox)
    os.chdir("/")
    share_arenas()
    in_own_space = sandbox is Sandbox.BWRAP and os.geteuid() != 0
    if sandbox in (Sandbox.JAIL, Sandbox.OUTER):
        in_own_space = bool(identity.leave_network())
    sys.path[:0] = orders.import_from
    work = _load(orders)
    cell = _cell(sandbox, JailLimits(*orders.limits), in_own_space)
    if threading.active_count() > 1:
        names = ", ".join(sorted(thread.name for thread in threading.enumerate()))
        raise CannotStart(f"what was imported left threads: {names}. Next: end them in warm()")
    gc.collect()
    gc.freeze()
    if sandbox in (Sandbox.JAIL, Sandbox.BWRAP):
        _try(cell, orders.secrets)
    return work, cell


def _load(orders: Orders) -> Callable[[socket.socket], object]:
    """Import the stack, and call the `warm` beside `main`, so that all children share it."""
    for name in orders.preload:
        # A stack without one of them is a smaller stack.
        with suppress(ModuleNotFoundError):
            import_module(name)
    module, _, function = orders.main.partition(":")
    loaded = import_module(module)
    work: Callable[[socket.socket], object] = getattr(loaded, function)
    warm = getattr(loaded, "warm", None)
    if warm is not None:
        warm()
    # Finders list a folder when they are first asked, and children cannot list them all.
    find_spec("no_such_module")
    return work


def _cell(sandbox: Sandbox, limits: JailLimits, in_own_space: bool) -> inside.Cell:
    """What children need, made once. Only "outer" takes what there is; the others take no less."""
    jailed = sandbox is not Sandbox.NONE
    optional = sandbox is Sandbox.OUTER
    rules = filter = who = None
    if jailed:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        who = identity.find([os.__file__, str(readable.package() / "lab" / "__init__.py")])
    if sandbox is Sandbox.JAIL or (optional and not landlock.missing()):
        rules = landlock.ruleset(readable.readable())
    architecture = syscalls.here()
    if jailed and architecture and not (optional and seccomp.missing()):
        filter = seccomp.program(architecture)
    if not jailed or optional:
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    threads = bounds.most_threads(who, in_own_space) if who else 0
    return inside.Cell(limits, os.getpid(), bounds.present_bytes(), threads, who, rules, filter)


def _try(cell: inside.Cell, secrets: list[str]) -> None:
    """Put one child into the jail, and see what it can do there."""
    from checker.jail.trial import holes

    def look(wire: socket.socket) -> None:
        wire.sendall("\n".join(holes(secrets)).encode() + b"\nend")

    mine, its = socket.socketpair()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        inside.live(look, cell, inside.Ends(its.fileno(), write, os.dup(write)))
    its.close()
    os.close(write)
    mine.settimeout(_TRIAL_S)
    answer = b""
    with suppress(TimeoutError), mine:
        while data := mine.recv(MESSAGE_BYTES):
            answer += data
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    printed = os.read(read, MESSAGE_BYTES).decode(errors="replace")
    os.close(read)
    *found, end = answer.decode(errors="replace").split("\n")
    if end != "end":
        raise CannotStart(f"a child could not be put into the jail: {printed.strip() or 'it died'}")
    if any(found):
        raise CannotStart(f"the jail does not hold: {'; '.join(filter(None, found))}")


class _Zygote:
    """Forks when it is told to, and ends when nobody can tell it anything any more."""

    def __init__(
        self,
        control: socket.socket,
        host: int,
        work: Callable[[socket.socket], object],
        cell: inside.Cell,
    ) -> None:
        self._control, self._host, self._work, self._cell = control, host, work, cell
        self._children: set[int] = set()

    def serve(self) -> None:
        ears = select.poll()
        ears.register(self._control, select.POLLIN)
        if self._host >= 0:
            ears.register(self._host, select.POLLIN)
        while not any(descriptor == self._host for descriptor, _ in ears.poll()):
            data, ends, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 3)
            if not data:
                break
            answer = self._obey(json.loads(data), ends)
            try:
                self._control.send(json.dumps(answer).encode())
            except OSError:
                break
        for pid in list(self._children):
            self._end(pid)

    def _obey(self, order: dict[str, Any], ends: list[int]) -> dict[str, Any]:
        try:
            if order["do"] == "spawn":
                return {"pid": self._fork(inside.Ends(*ends))}
            return self._end(order["pid"])
        except OSError as error:
            return {"cannot": f"{type(error).__name__}: {error}"}
        finally:
            for end in ends:
                os.close(end)

    def _fork(self, ends: inside.Ends) -> int:
        pid = os.fork()
        if pid == 0:
            # The number is going to be somebody else's.
            self._control.detach()
            inside.live(self._work, self._cell, ends)
        self._children.add(pid)
        return pid

    def _end(self, pid: int) -> dict[str, Any]:
        if pid not in self._children:
            return {"cannot": f"{pid} is no child of this zygote"}
        for kill in (os.killpg, os.kill):
            with suppress(OSError):
                kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
        self._children.discard(pid)
        if self._cell.filter is None:
            self._sweep()
        cpu_s = used.ru_utime + used.ru_stime
        return {"status": status, "cpu_s": cpu_s, "rss": used.ru_maxrss * 1024}

    def _sweep(self) -> None:
        """Where children can start processes: whatever lost its parent has come up to us."""
        for _ in range(1000):
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                left = {int(pid) for pid in file.read().split()} - self._children
            if not left:
                return
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
