"""An order for what libraries keep in sets.

A set of ordinary objects is walked in the order of their addresses: another one in each process.
asyncio's tasks and futures are numbered by the loop. Here are the others that a program meets in
sets, its own or a library's: threads, the futures of executors, what `gather` returns, anyio's
cancel scopes, and the async generators that a loop knows.

Invariant: a thing has one hash for as long as the run lasts, since it is numbered as it is made.
What was made outside of the run keeps the hash that it had.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from checker.lab.arrivals import Arrivals
from checker.lab.current import local
from checker.lab.swap import Swaps

_NUMBER = "_number_in_lab"


def install(swaps: Swaps, arrivals: Arrivals) -> None:
    """Number what is made from now on."""
    next_number = itertools.count(1).__next__
    gathering: Any = asyncio.tasks._GatheringFuture  # type: ignore[attr-defined]
    for kind in (threading.Thread, concurrent.futures.Future, gathering):
        _number(swaps, kind, next_number)
    # `as_completed` walks a set of what it was given, and a coroutine cannot be numbered.
    swaps.attribute(asyncio.tasks, "set", _set)
    arrivals.when_imported("anyio._backends._asyncio", lambda: _order_scopes(swaps))


def _number(swaps: Swaps, kind: type, next_number: Callable[[], int]) -> None:
    begin: Any = kind.__dict__["__init__"]
    usual: Any = kind.__hash__

    def init(thing: Any, *args: Any, **kwargs: Any) -> None:
        if local.strand is not None:
            setattr(thing, _NUMBER, next_number())
        begin(thing, *args, **kwargs)

    def number(thing: Any) -> int:
        found: int | None = getattr(thing, _NUMBER, None)
        return int(usual(thing)) if found is None else found

    swaps.attribute(kind, "__init__", init)
    swaps.attribute(kind, "__hash__", number)


def _order_scopes(swaps: Swaps) -> None:
    from anyio._backends import _asyncio

    # They have slots, so that no number fits in; the only set of them is in themselves.
    kind: Any = _asyncio.CancelScope
    begin = kind.__init__

    def init(scope: Any, *args: Any, **kwargs: Any) -> None:
        begin(scope, *args, **kwargs)
        scope._child_scopes = _InOrder()

    swaps.attribute(kind, "__init__", init)


def _set(things: Iterable[Any] = ()) -> Any:
    """What asyncio.tasks calls a set: with things to walk them, without to fill and hand out."""
    return dict.fromkeys(things) or set()


class _InOrder(dict[Any, None]):
    """As much of a set as is asked of it, in the order in which things were added."""

    def add(self, thing: Any) -> None:
        self[thing] = None

    def discard(self, thing: Any) -> None:
        self.pop(thing, None)

    def remove(self, thing: Any) -> None:
        del self[thing]


class WeakInOrder:
    """As much of a WeakSet as a loop needs for its async generators, in their order."""

    def __init__(self) -> None:
        self._refs: dict[int, weakref.ref[Any]] = {}

    def add(self, thing: Any) -> None:
        """Put `thing` at the end, unless it is there."""
        refs, key = self._refs, id(thing)
        if key not in refs:
            refs[key] = weakref.ref(thing, lambda _: refs.pop(key, None))

    def discard(self, thing: Any) -> None:
        """Take `thing` out, if it is there."""
        self._refs.pop(id(thing), None)

    def clear(self) -> None:
        """Take everything out."""
        self._refs.clear()

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[Any]:
        things = [ref() for ref in list(self._refs.values())]
        return iter([thing for thing in things if thing is not None])
