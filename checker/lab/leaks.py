"""What a program left behind when it ended.

Pending tasks, coroutines that nobody awaited, exceptions that nobody looked at, async
generators, thread pools, threads, clients and services: each is found when the run ends, and
listed with the line that it came from.

The garbage collector rests during a run and is asked at the end, so what is found does not
depend on when it happens to come by. Objects from before the run are set aside (`gc.freeze`),
which also makes asking cheap.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import types
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import compress
from typing import Any, NamedTuple, Protocol

from checker.lab import where
from checker.lab.errors import told
from checker.lab.swap import Swaps


class Closable(Protocol):
    """Something that a run must not leave open."""

    def left_open(self) -> str | None:
        """What is open, in the words of the leak list, or None."""


class Leak(NamedTuple):
    """Something that was left behind."""

    kind: str  # task, coroutine, exception, generator, pool, thread, client, service
    what: str
    where: str  # "app.py:7", or ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}" + (f" ({self.where})" if self.where else "")


class Leaks:
    """The list of one run."""

    def __init__(self) -> None:
        self.found: list[Leak] = []
        self._watched: list[Closable] = []
        self._seen: set[int] = set()

    def add(self, kind: str, what: str, at: str = "") -> None:
        """Put something on the list."""
        self.found.append(Leak(kind, what, at))

    def watch(self, thing: Closable) -> None:
        """Ask `thing` at the end."""
        if id(thing) not in self._seen:
            self._seen.add(id(thing))
            self._watched.append(thing)

    def install(self, swaps: Swaps) -> None:
        """Hear of coroutines that are collected without having been awaited."""

        def unawaited(coroutine: Any) -> None:
            self._coroutine(coroutine)

        swaps.attribute(warnings, "_warn_unawaited_coroutine", unawaited)
        # Coroutines know who made them.
        depth = sys.get_coroutine_origin_tracking_depth()
        swaps.later(lambda: sys.set_coroutine_origin_tracking_depth(depth))
        sys.set_coroutine_origin_tracking_depth(max(depth, 1))

    def _coroutine(self, coroutine: Any) -> None:
        code = coroutine.cr_code
        at = where.place(code, code.co_firstlineno)
        for file, line, _ in coroutine.cr_origin or ():
            if name := where.label(file):
                at = f"{name}:{line}"
        name = coroutine.__qualname__.rpartition("<locals>.")[2]
        self.add("coroutine", f"{name}() was called and never awaited", at)

    def on_exception_context(self, context: dict[str, Any]) -> None:
        """What asyncio tells a loop's exception handler."""
        task = context.get("task") or context.get("future")
        error = context.get("exception")
        message = str(context.get("message", ""))
        if "destroyed but it is pending" in message:
            self.add("task", f"{_name(task)} was garbage before it ended: nothing referred to it")
            return
        at = where.of_traceback(error.__traceback__) if error is not None else ""
        shown = told(error) if error is not None else message
        if task is not None:
            self.add("exception", f"{_name(task)} raised {shown}, and nobody looked", at)
        elif (handle := context.get("handle")) is not None:
            # asyncio's message has the path of the file.
            self.add("exception", f"{_callback(handle)} raised {shown}", at)
        else:
            self.add("exception", f"{message}: {shown}", at)

    def in_thread(self, name: str, error: BaseException) -> None:
        """A thread ended with an exception, which nobody can catch any more."""
        at = where.of_traceback(error.__traceback__)
        shown = told(error)
        self.add("exception", f"{name} raised {shown}, and nobody looked", at)

    def pending(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Tasks that had to be cancelled, since the program or its server had ended."""
        for task in sorted(tasks, key=lambda task: getattr(task, "lane", 0)):
            at, on, _ = where.suspension(task)
            waits = f", waiting for {on}" if on else ""
            self.add("task", f"{task.get_name()} was still pending{waits}", at)

    def generators(self, loop: Any) -> None:
        """Async generators that were begun and neither exhausted nor closed."""
        for generator in sorted(loop._asyncgens, key=lambda each: each.__qualname__):
            if generator.ag_frame is not None:
                name = generator.__qualname__.rpartition("<locals>.")[2]
                at = where.place(generator.ag_code, generator.ag_frame.f_lineno)
                self.add("generator", f"{name}() was left before its end and not closed", at)

    def services(self) -> None:
        """Services and drivers that were told of this run."""
        for thing in self._watched:
            if left := thing.left_open():
                self.add("service", left)

    def objects(self) -> None:
        """What only the garbage collector knows: what nobody awaited, looked at or closed."""
        gc.collect()
        clients: tuple[type, ...] = ()
        if httpx := sys.modules.get("httpx"):
            clients = (httpx.AsyncClient, httpx.Client)
        kinds = (types.CoroutineType, asyncio.Future, *clients)
        things = gc.get_objects()
        for thing in _instances(things, kinds):
            if type(thing) is types.CoroutineType:
                if inspect.getcoroutinestate(thing) == inspect.CORO_CREATED and thing.cr_frame:
                    self._coroutine(thing)
                    thing.close()
            elif issubclass(type(thing), asyncio.Future):
                if thing.done() and thing._log_traceback:
                    thing._log_traceback = False
                    key = "task" if isinstance(thing, asyncio.Task) else "future"
                    self.on_exception_context({key: thing, "exception": thing.exception()})
            elif not thing.is_closed:
                self.add("client", f"httpx.{type(thing).__name__} was not closed")


def _instances(things: list[Any], kinds: tuple[type, ...]) -> list[Any]:
    """Those of the things that are of one of these kinds.

    There are thousands of things, and dozens of types. Types are told apart by identity, since a
    metaclass can say anything about equality. The identity is not asked of `id`: each call of that
    is an audit event, and in a jail a hook looks at all of them.
    """
    numbers = list(map(_identity, map(type, things)))
    found = dict(zip(numbers, map(type, things), strict=True))
    wanted = {number for number, each in found.items() if issubclass(each, kinds)}
    return list(compress(things, map(wanted.__contains__, numbers)))


_identity = object.__hash__  # made of the address, and the same for no two objects that live


_aside = 0  # how many have set things aside for longer than a run


@contextmanager
def set_aside() -> Iterator[None]:
    """Keep what is here now out of the collector's sight, for many runs."""
    global _aside
    gc.collect()
    gc.freeze()
    _aside += 1
    try:
        yield
    finally:
        _aside -= 1
        if not _aside:
            gc.unfreeze()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector quiet during a run, and what was there before out of its sight.

    At the end it takes the machine apart, which nobody refers to any more but its own parts. Left
    to itself it would hardly ever come by: a run lets it forget how much there is to look at.
    """
    enabled = gc.isenabled()
    gc.disable()
    if _aside:
        # What the last run left is set aside below, and would stay; else there is little to see.
        gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        if not _aside:
            gc.unfreeze()
        if enabled:
            gc.enable()


def _callback(handle: Any) -> str:
    name = getattr(handle._callback, "__qualname__", "") or type(handle._callback).__name__
    return str(name).rpartition("<locals>.")[2]


def _name(task: Any) -> str:
    return task.get_name() if isinstance(task, asyncio.Task) else "a future"
