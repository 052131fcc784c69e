"""Services as an attempt in a jail has them: they look the same, and ask the check's side.

Invariant: what is counted is counted over there. Here is what a program can do with a service,
and how it waits.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from checker.attempt.frames import Message, pack, unpack
from checker.attempt.journal import Journal
from checker.attempt.lent import READABLE
from checker.attempt.values import cross
from checker.lab.services import Database, Queue, Upstream
from checker.lab.services.link import Link
from checker.lab.services.queue import Delivery
from checker.lab.services.steps import Bell, Pause, Steps


class Borrower:
    """What one run has borrowed.

    ask    puts a question to the other side, and returns its reply
    tell   says something, some time before the next question
    """

    def __init__(self, ask: Callable[[Message], Message], tell: Callable[[Message], None]) -> None:
        self._ask, self.tell = ask, tell
        self._things: dict[int, Any] = {}
        self._bells: dict[int, Bell] = {}

    def referred(self, reference: Any) -> Any:
        """The thing that a reference is of."""
        kind, number, along = reference
        if number not in self._things:
            thing = _KINDS[kind].__new__(_KINDS[kind])
            vars(thing).update(unpack(along, self.referred))
            thing.borrow(self, number)
            self._things[number] = thing
        return self._things[number]

    def ring(self, number: int) -> None:
        """A bell rang over there."""
        self._bells[number].ring()

    def ask(self, *message: Any) -> Any:
        """The value that answers a question."""
        return self.take(self._ask(list(message)))

    def take(self, reply: Message) -> Any:
        """The value of a reply, or the exception that it tells of."""
        if reply[0] == "raise":
            raise _rebuilt(reply[1])
        return unpack(reply[1], self.referred)

    def find(self, host: str) -> Any:
        """The service over there that this host is, if any is."""
        return self.ask("find", host)

    def hosts(self) -> list[str]:
        """The hosts over there."""
        return list(self.ask("hosts"))

    def do(self, number: int, method: str, *args: Any, **kwargs: Any) -> Any:
        """What a method of a thing returns that takes no time."""
        return self.ask("do", number, method, pack(list(args)), pack(kwargs))

    def steps(self, number: int, method: str, *args: Any, **kwargs: Any) -> Steps[Any]:
        """The steps of a method that takes time: done there, waited for here."""
        reply = self._ask(["begin", number, method, pack(list(args)), pack(kwargs)])
        while reply[0] == "pause":
            key = reply[1]
            try:
                rang = yield self._pause(reply)
            except GeneratorExit:
                self._ask(["close", key])
                raise
            except BaseException as error:
                reply = self._ask(["throw", key, isinstance(error, asyncio.CancelledError)])
                if reply[0] == "same":
                    raise
            else:
                reply = self._ask(["send", key, rang])
        return self.take(reply)

    def _pause(self, reply: Message) -> Pause:
        _, _, until_ns, number, count, seen, settled = reply
        if number is None:
            return Pause(until_ns, settled=settled)
        bell = self._bells.setdefault(number, Bell())
        bell.count = count
        return Pause(until_ns, bell, seen, settled)


class _Borrowed:
    """What all of them have."""

    _from: Borrower
    _number: int

    def borrow(self, borrower: Borrower, number: int) -> None:
        self._from, self._number = borrower, number

    def enter(self) -> None:
        """The check's side knows which run it is."""

    def reset(self) -> None:
        """That is up to the check's side."""

    def _do(self, method: str, *args: Any) -> Any:
        return self._from.do(self._number, method, *args)

    def _steps(self, method: str, *args: Any, **kwargs: Any) -> Steps[Any]:
        return self._from.steps(self._number, method, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name!r} of a service is for checks, which measure with it")


def _readable(kind: str) -> Callable[[type], type]:
    """Let the counts of a service be read, and nothing else that a check measures with."""

    def add(cls: type) -> type:
        for base in cls.__mro__[2:]:
            for name, value in vars(base).items():
                if isinstance(value, property) and name not in vars(cls):
                    setattr(cls, name, _count(name) if name in READABLE[kind] else _hidden(name))
        for name in READABLE[kind]:
            setattr(cls, name, _count(name))
        return cls

    return add


def _count(name: str) -> property:
    return property(lambda self: self._from.ask("read", self._number, name))


def _hidden(name: str) -> property:
    return property(lambda self: _Borrowed.__getattr__(self, name))


@_readable("upstream")
class _Upstream(_Borrowed, Upstream):
    @property
    def url(self) -> str:
        """Where it can be reached over HTTP."""
        return f"http://{self.name.lower()}"

    def refuses(self) -> bool:
        return bool(self._do("refuses"))

    def connect_ns(self) -> int | None:
        found: int | None = self._do("connect_ns")
        return found

    def wire(self) -> Any:
        return self._do("wire")

    def _exchange(self, key: Any, body: Any) -> Steps[Any]:
        return self._steps("_exchange", key, body)

    def __repr__(self) -> str:
        return f"<Upstream {self.name!r}>"


class _Wire(_Borrowed):
    def read(self, max_bytes: int, timeout_ns: int | None) -> Steps[bytes]:
        return self._steps("read", max_bytes, timeout_ns)

    def write(self, data: bytes) -> None:
        self._do("write", bytes(data))

    def ready(self) -> bool:
        return bool(self._do("ready"))

    def has_gone(self) -> bool:
        return bool(self._do("has_gone"))

    def close(self) -> None:
        self._do("close")


@_readable("database")
class _Database(_Borrowed, Database):
    def link(self) -> Steps[Any]:
        return self._steps("link")

    def __repr__(self) -> str:
        return f"<Database {self.name!r}>"


@_readable("link")
class _Link(_Borrowed, Link):
    def ask(self, text: str, args: tuple[Any, ...], *, locks: bool = False) -> Steps[Any]:
        return self._steps("ask", text, args, locks=locks)

    def begin(self) -> None:
        self._do("begin")

    def commit(self) -> Steps[None]:
        return self._steps("commit")

    def rollback(self) -> Steps[None]:
        return self._steps("rollback")

    def close(self) -> Steps[None]:
        return self._steps("close")

    def terminate(self) -> None:
        self._do("terminate")


@_readable("queue")
class _Queue(_Borrowed, Queue):
    def _put(self, body: Any, delay: float) -> Steps[int]:
        return self._steps("_put", body, delay)

    def _get(self, timeout: float | None) -> Steps[Any]:
        return self._steps("_get", timeout)

    def __repr__(self) -> str:
        return f"<Queue {self.name!r}>"


class _Delivery(_Borrowed, Delivery):
    def _tell(self, what: str, delay: float = 0.0) -> Steps[bool]:
        return self._steps("_tell", what, delay)


class _Journal(_Borrowed, Journal):
    def borrow(self, borrower: Borrower, number: int) -> None:
        super().borrow(borrower, number)
        self.entries = []

    def write(self, value: Any) -> None:
        """Write one plain value down."""
        super().write(value)
        self._from.tell(["write", self._number, pack(cross(value, "what was written"))])


_KINDS: dict[str, Any] = {
    "upstream": _Upstream,
    "wire": _Wire,
    "database": _Database,
    "link": _Link,
    "queue": _Queue,
    "delivery": _Delivery,
    "journal": _Journal,
}


def _rebuilt(told: dict[str, Any]) -> BaseException:
    """An exception like the one that a service raised."""
    kind: Any = sys.modules.get(told["module"])
    for part in told["name"].split("."):
        kind = getattr(kind, part, None)
    args = [unpack(value) for value in told["args"].values()]
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = type(told["name"].rpartition(".")[2], (Exception,), {})
    error: BaseException = kind.__new__(kind)
    error.args = tuple(args)
    vars(error).update({key: unpack(value) for key, value in told["more"].items()})
    return error
