"""One connection to a database: commands go out, replies come back in order.

Replies carry no name. Whoever reads takes the first reply that is there. So a command whose
caller was cancelled leaves its reply behind, and the next caller on this connection reads it as
the answer to another question, and so on for ever. `unread` says how many lie there; a pool
discards a connection where it is not 0.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.lab.services.clock import NS, now_ns
from checker.lab.services.steps import Pause, Steps
from checker.lab.services.store import Command, Session

if TYPE_CHECKING:
    from checker.lab.services.database import Database


_WRITES = ("set", "insert", "add", "delete")
_ARGUMENTS = {
    "get": ("key",),
    "get_many": ("keys",),
    "set": ("key", "value"),
    "insert": ("key", "value"),
    "add": ("key", "amount"),
    "delete": ("key",),
    "keys": (),
}


class DatabaseError(Exception):
    """Something that a database answers in place of a result."""


class TooManyConnections(DatabaseError):
    """The database has as many connections open as it accepts."""


class ConnectionLost(DatabaseError):
    """The database has closed the connection, as it does when it restarts."""


class ConnectionClosed(DatabaseError):
    """The program has closed the connection, and uses it."""


class ConnectionBusy(DatabaseError):
    """Two tasks use one connection at once."""


class QueryFailed(DatabaseError):
    """A command could not be carried out."""


class CommitFailed(DatabaseError):
    """A transaction was not committed; its writes are undone."""


class RowExists(QueryFailed):
    """A row was inserted whose key is taken."""


@dataclass(slots=True, eq=False)
class Query:
    """One command, as the log keeps it. Times are in seconds on the clock of the run."""

    number: int
    text: str
    args: tuple[Any, ...]
    connection: int
    started: float
    ended: float | None = None
    outcome: str = "in flight"  # then done or failed

    def __str__(self) -> str:
        words = " ".join([self.text, *map(repr, self.args)])
        return f"query {self.number} ({words}) on connection {self.connection}: {self.outcome}"


class Link:
    """The program's end of a connection, whether tasks or threads use it."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.number = number
        self.session = Session()
        self.store = database.store
        self.closed = False
        self.lost = False
        self._busy = False
        self._unread: deque[Command] = deque()

    @property
    def unread(self) -> int:
        """How many replies lie on the connection that nobody has read or now waits for."""
        return len(self._unread) - self._busy

    # Commands.

    def ask(self, text: str, args: tuple[Any, ...], *, locks: bool = False) -> Steps[Any]:
        """Send a command and read a reply. `locks`: also a read takes the row for itself."""
        self._check()
        _check_arguments(text, args)
        query = self.database.new_query(text, args, self.number)
        do = self._work(text, args, query)
        if (failure := self.database.failure_of(query)) is not None:
            do = _raising(failure)
        takes_ns = self.database.query_ns(query)
        key = args[0] if args and (locks or text in _WRITES) else None

        def when_done(command: Command, at_ns: int) -> None:
            query.ended = at_ns / NS
            query.outcome = "done" if command.error is None else "failed"

        command = Command(self.session, do, takes_ns, locks=key, when_done=when_done)
        return (yield from self._exchange(command))

    def begin(self) -> None:
        """Open a transaction. It is sent along with the next command, and takes no time."""
        self._check()
        if self.in_transaction:
            raise QueryFailed(
                f"{self} has a transaction open already; end it before the next begins"
            )
        self.store.send(Command(self.session, lambda: self.store.begin(self.session), 0))

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        self.store.settle()
        return self.session.writes is not None

    def commit(self) -> Steps[None]:
        """Commit, and wait until it is done. Without writes it takes no time."""
        yield from self._end(*self.database.new_commit(self.session))

    def rollback(self) -> Steps[None]:
        """Undo, and wait until it is done. Without writes it takes no time."""
        yield from self._end(*self.database.new_rollback())

    def _end(self, do: Callable[[], Any], takes_ns: int | None) -> Steps[None]:
        self._check()
        self.store.settle()
        wrote = bool(self.session.writes) or bool(self.session.commands)
        command = Command(self.session, do, takes_ns if wrote else 0, ends=True)
        yield from self._exchange(command)

    def _exchange(self, command: Command) -> Steps[Any]:
        self._busy = True
        self._unread.append(command)
        self.store.send(command)
        # Not necessarily the reply to this command: simply the first.
        first = self._unread[0]
        try:
            if first.done:
                yield Pause(now_ns())
            while not first.done:
                seen = self.session.bell.count
                until_ns = self.store.look_again_ns(first)
                yield Pause(until_ns, self.session.bell, seen, settled=not first.parked)
                self._check_lost()
                self.store.settle()
            self._unread.popleft()
        finally:
            self._busy = False
        if first.error is not None:
            raise first.error
        return first.result

    def _check(self) -> None:
        # In another run the database is new, and its old connections are gone.
        self.database.enter()
        if self.closed:
            raise ConnectionClosed(f"{self} is closed; take a new one from the database or a pool")
        self._check_lost()
        if self._busy:
            raise ConnectionBusy(
                f"{self} is still busy with another task's command; a connection serves one task "
                "at a time, so give each task its own"
            )

    def _check_lost(self) -> None:
        if self.lost:
            raise ConnectionLost(
                f"{self} is gone: the database closed it; discard it and connect anew"
            )

    def __str__(self) -> str:
        return f"connection {self.number} to database {self.database.name!r}"

    # The end.

    def close(self) -> Steps[None]:
        """Say goodbye. A close that is cancelled before it got through leaves it open."""
        if not self.closed:
            yield Pause(now_ns() + self.database.close_ns)
            self.terminate()

    def terminate(self) -> None:
        """Drop the connection at once; the database undoes an open transaction."""
        if not self.closed:
            self.closed = True
            if not self.lost:
                self.database.forget(self)
                self.store.end_session(self.session, at_once=False)

    def lose(self) -> None:
        """The database breaks the connection off."""
        self.lost = True
        self.database.forget(self)
        self.store.end_session(self.session, at_once=True)

    # What the commands are.

    def _work(self, text: str, args: tuple[Any, ...], query: Query) -> Callable[[], Any]:
        store, session = self.store, self.session
        works: dict[str, Callable[..., Any]] = {
            "get": lambda key: store.get(session, key),
            "get_many": lambda keys: [store.get(session, key) for key in keys],
            "set": lambda key, value: store.put(session, key, deepcopy(value)),
            "insert": lambda key, value: self._insert(key, deepcopy(value)),
            "add": self._add,
            "delete": lambda key: store.delete(session, key),
            "keys": lambda: store.keys(session),
        }
        work = works.get(text)
        if work is not None:
            return lambda: work(*args)
        reply = self.database.reply_to(query)
        return lambda: reply

    def _insert(self, key: Any, value: Any) -> None:
        if self.store.exists(self.session, key):
            raise RowExists(f"database {self.database.name!r} has a row {key!r} already")
        self.store.put(self.session, key, value)

    def _add(self, key: Any, amount: Any) -> Any:
        value = (self.store.get(self.session, key) or 0) + amount
        self.store.put(self.session, key, value)
        return value


def _check_arguments(text: str, args: tuple[Any, ...]) -> None:
    wanted = _ARGUMENTS.get(text)
    if wanted is None:
        return
    if len(args) != len(wanted):
        raise TypeError(
            f"{text!r} takes {' and '.join(wanted) or 'no arguments'}, and was given {args!r}"
        )
    for key in args[0] if text == "get_many" else args[:1]:
        hash(key)  # raises for what cannot be a key, such as a list


def _raising(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail
