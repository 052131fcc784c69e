"""Services that a check lends to an attempt in a jail: what may be asked of them, and how.

A service does its work in steps, and waits between them (see `lab.services.steps`). The steps
are done here, on the check's side, where the counts are; the waits are waited over there, by
the task or the thread that called. So a service takes the same time, and counts the same, on
either side of the wall.

Invariant: only the methods named here are ever called, and only on what was lent; and no step is
done before the wait in front of it has ended by the clock of this side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from checker.attempt.frames import Broken, Message, pack, unpack
from checker.attempt.journal import Journal
from checker.attempt.values import DoesNotCross
from checker.lab.services import Database, Queue, Upstream, routes
from checker.lab.services.clock import now_ns
from checker.lab.services.link import Link
from checker.lab.services.queue import Delivery
from checker.lab.services.steps import Bell, Pause, Steps

MOST = 100_000  # things lent in one run, and bells
MOST_AT_ONCE = 20_000  # that are under way

# By kind: what is done in steps, what is done at once, what can be read, what goes along.
_STEPS = {
    "upstream": ("_exchange",),
    "wire": ("read",),
    "database": ("link",),
    "link": ("ask", "commit", "rollback", "close"),
    "queue": ("_put", "_get"),
    "delivery": ("_tell",),
}
_AT_ONCE = {
    "upstream": ("refuses", "connect_ns", "wire"),
    "wire": ("write", "ready", "has_gone", "close"),
    "link": ("begin", "terminate"),
}
READABLE = {
    "upstream": (*("calls", "in_flight", "waiting", "peak", "completed", "failed", "cancelled"),),
    "link": ("closed", "lost", "unread", "in_transaction"),
    "database": ("in_transaction", "queries", "commits", "rollbacks"),
    "queue": ("length", "taken", "jobs", "acked", "delivered", "redelivered", "waiting"),
}
_ALONG = {
    "upstream": ("name",),
    "database": ("name",),
    "queue": ("name",),
    "link": ("number", "database"),
    "delivery": ("number", "attempt", "body"),
}


class Lender:
    """What one run has lent."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        self._tell = tell  # a message for the other side, when it runs next
        self._things: list[tuple[str, Any]] = []
        self._numbers: dict[int, int] = {}
        self._bells: dict[int, tuple[int, Bell]] = {}
        self._under_way: dict[int, Steps[Any]] = {}
        self._pauses: dict[int, Pause] = {}  # in which they are
        self._next = 0

    def lend(self, thing: Any) -> list[Any] | None:
        """A reference to a thing, or None if it is not one that can be lent."""
        kind = _kind(thing)
        if kind is None:
            return None
        number = self._numbers.get(id(thing))
        if number is None:
            if len(self._things) >= MOST:
                raise Broken("more things are asked for than can be lent")
            number = self._numbers[id(thing)] = len(self._things)
            self._things.append((kind, thing))
        along = {name: pack(getattr(thing, name), self.lend) for name in _ALONG.get(kind, ())}
        return [kind, number, along]

    def write(self, number: Any, value: Any) -> None:
        """Write into a journal that was lent."""
        kind, journal = self._thing(number)
        if kind != "journal":
            raise Broken("no journal")
        try:
            journal.write(unpack(value))
        except (DoesNotCross, RuntimeError) as error:
            # Over there a journal refuses the same.
            raise Broken(str(error)) from None

    def answer(self, message: Message) -> Message:
        """The reply to a question."""
        try:
            match message:
                case ["begin", number, str(method), list(args), dict(kwargs)]:
                    begun = self._method(number, method, _STEPS)(*_plain(args), **_plain(kwargs))
                    if len(self._under_way) >= MOST_AT_ONCE:
                        raise Broken("more is asked at once than can be")
                    self._next += 1
                    self._under_way[self._next] = begun
                    return self._step(self._next, lambda: next(begun))
                case ["send", int(key), bool(rang)] if key in self._under_way:
                    _check_waited(self._pauses[key], rang)
                    return self._step(key, lambda: self._under_way[key].send(rang))
                case ["throw", int(key), bool(cancelled)] if key in self._under_way:
                    return self._throw(key, asyncio.CancelledError() if cancelled else _Thrown())
                case ["close", int(key)] if key in self._under_way:
                    del self._pauses[key]
                    self._under_way.pop(key).close()
                    return ["value", None]
                case ["do", number, str(method), list(args), dict(kwargs)]:
                    do = self._method(number, method, _AT_ONCE)
                    return ["value", pack(do(*_plain(args), **_plain(kwargs)), self.lend)]
                case ["read", number, str(name)]:
                    kind, thing = self._thing(number)
                    if name in READABLE.get(kind, ()):
                        return ["value", pack(getattr(thing, name))]
                case ["find", str(host)]:
                    return ["value", pack(routes.find(host), self.lend)]
                case ["hosts"]:
                    return ["value", routes.hosts()]
        except Broken:
            raise
        except Exception as error:
            return ["raise", described(error)]
        raise Broken(f"a question that nobody asks: {message[0][:20]}")

    def _thing(self, number: Any) -> tuple[str, Any]:
        if type(number) is not int or not 0 <= number < len(self._things):
            raise Broken("a thing that was never lent")
        return self._things[number]

    def _method(self, number: Any, name: str, table: dict[str, tuple[str, ...]]) -> Any:
        kind, thing = self._thing(number)
        if name not in table.get(kind, ()):
            raise Broken(f"{kind} has nothing of that name to be asked")
        return getattr(thing, name)

    def _step(self, key: int, step: Callable[[], Pause]) -> Message:
        try:
            pause = step()
        except StopIteration as done:
            self._ended(key)
            return ["value", pack(done.value, self.lend)]
        except BaseException:
            self._ended(key)
            raise
        self._pauses[key] = pause
        bell, count = None, 0
        if pause.bell is not None:
            bell, count = self._bell(pause.bell), pause.bell.count
        return ["pause", key, pause.until_ns, bell, count, pause.seen, pause.settled]

    def _ended(self, key: int) -> None:
        self._under_way.pop(key, None)
        self._pauses.pop(key, None)

    def _throw(self, key: int, error: BaseException) -> Message:
        try:
            return self._step(key, lambda: self._under_way[key].throw(error))
        except BaseException as raised:
            if raised is error:
                return ["same"]
            raise

    def _bell(self, bell: Bell) -> int:
        known = self._bells.get(id(bell))
        if known is not None:
            return known[0]
        if len(self._bells) >= MOST:
            raise Broken("more bells than can be heard")
        number = len(self._bells)
        self._bells[id(bell)] = number, bell

        def rang() -> None:
            self._tell(["ring", number])
            bell.listen(rang, bell.count)

        bell.listen(rang, bell.count)
        return number


def _check_waited(pause: Pause, rang: bool) -> None:
    """Refuse to go on where the other side has not waited."""
    if rang:
        if pause.bell is None or pause.bell.count == pause.seen:
            raise Broken("a bell that did not ring")
        return
    # Programs wait for seconds in floats, and those tell nanoseconds apart up to two weeks.
    if pause.until_ns is None or now_ns() < pause.until_ns - (pause.until_ns >> 50):
        raise Broken("a wait that ended before its time")


class _Thrown(BaseException):
    """Stands for what was raised over there."""


def _kind(thing: Any) -> str | None:
    for kind, name in (
        (Upstream, "upstream"),
        (Database, "database"),
        (Queue, "queue"),
        (Journal, "journal"),
        (Link, "link"),
        (Delivery, "delivery"),
    ):
        if type(thing) is kind:
            return name
    if type(thing).__name__ == "Wire":
        from checker.lab.services.wire import Wire

        return "wire" if type(thing) is Wire else None
    return None


def _plain(value: Any) -> Any:
    return unpack(value)


def described(error: BaseException) -> dict[str, Any]:
    """An exception of a service, so that the other side can raise one like it."""
    return {
        "module": type(error).__module__,
        "name": type(error).__qualname__,
        "args": _those_that_cross(enumerate(error.args)),
        "more": _those_that_cross(vars(error).items()),
        "text": str(error)[:2000],
    }


def _those_that_cross(items: Any) -> dict[str, Any]:
    found = {}
    for key, value in items:
        try:
            found[str(key)] = pack(value)
        except TypeError:
            continue
    return found
