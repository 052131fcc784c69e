"""Rows, transactions and row locks: the inside of a database.

A command is carried out at the moment at which it is due, in the order of these moments, also
when nobody waits for it any more: a COMMIT that was sent is committed, even if the task that sent
it was cancelled. What is due by now is carried out before any question is answered.

Isolation is "read committed": a transaction sees its own writes and what others have committed.
A row that a transaction has written, or read for update, is locked until the transaction ends.

Invariant: the commands of one session are carried out one after the other, in order.
A deadlock between transactions stays one, for the lab to name.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from checker.lab.services.clock import now_ns
from checker.lab.services.lock import Guard
from checker.lab.services.steps import Bell

_GONE: Any = object()  # in place of a row that was deleted


class Command:
    """Something that a session asks of the database."""

    def __init__(
        self,
        session: Session,
        do: Callable[[], Any],
        takes_ns: int | None,
        *,
        locks: Any = None,
        ends: bool = False,
        when_done: Callable[[Command, int], None] = lambda command, at_ns: None,
    ) -> None:
        self.session = session
        self.do = do
        self.takes_ns = takes_ns  # None: it never ends
        self.locks = locks  # the key of the row that it needs for itself
        self.ends = ends  # the transaction
        self.when_done = when_done
        self.due_ns: int | None = None
        self.parked = False  # due, and waiting for a row
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class Session:
    """What the database knows of one connection: its commands and its transaction."""

    def __init__(self) -> None:
        self.commands: list[Command] = []  # sent and not carried out
        self.writes: dict[Any, Any] | None = None  # of the open transaction; None: there is none
        self.gone = False  # the database broke the connection off
        self.bell = Bell()


class Store:
    """The rows, and who is at work on them."""

    def __init__(self, rows: dict[Any, Any]) -> None:
        self.rows = deepcopy(rows)
        self._guard = Guard()
        self._due: list[tuple[int, int, Command]] = []
        self._sent = 0
        self._owners: dict[Any, Session] = {}
        self._parked: list[Command] = []
        self._to_ring: list[Bell] = []

    # Commands.

    def send(self, command: Command) -> None:
        """Let a command be carried out, after those that its session has sent before."""
        at_ns = now_ns()
        with self._changing():
            self._settle(at_ns)
            commands = command.session.commands
            commands.append(command)
            if commands[0] is command:
                self._schedule(command, at_ns)
            self._settle(at_ns)
            # Whoever waits for a row may have to keep watch for this command.
            self._to_ring += [parked.session.bell for parked in self._parked]

    def settle(self) -> None:
        """Carry out what is due by now."""
        if self._due:
            at_ns = now_ns()
            with self._changing():
                self._settle(at_ns)

    def end_session(self, session: Session, *, at_once: bool) -> None:
        """Undo what a session has not committed: `at_once`, or when all that it sent is done.

        A command that waits for a row, or would never end, is dropped: nobody is there any more
        to get its result.
        """
        at_ns = now_ns()
        with self._changing():
            self._settle(at_ns)
            commands = session.commands
            if commands and (commands[0].parked or commands[0].takes_ns is None):
                dropped = commands.pop(0)
                if dropped.parked:
                    self._parked.remove(dropped)
                if commands:
                    self._schedule(commands[0], at_ns)
            if at_once:
                commands.clear()
                session.gone = True
            if commands:
                commands[-1].ends = True
            else:
                session.writes = None
                self._release(session, at_ns)
            self._to_ring.append(session.bell)

    def look_again_ns(self, command: Command) -> int | None:
        """When to look whether a command was carried out; None: when the session's bell rings."""
        if not command.parked:
            return command.due_ns
        with self._guard:
            return self._due[0][0] if self._due else None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        # Bells ring after the guard is released, since a ring may run the listener's code.
        with self._guard:
            yield
            bells, self._to_ring = self._to_ring, []
        for bell in bells:
            bell.ring()

    def _schedule(self, command: Command, at_ns: int) -> None:
        if command.takes_ns is not None:
            command.due_ns = at_ns + command.takes_ns
            self._sent += 1
            heapq.heappush(self._due, (command.due_ns, self._sent, command))

    def _settle(self, at_ns: int) -> None:
        while self._due and self._due[0][0] <= at_ns:
            due_ns, _, command = heapq.heappop(self._due)
            if command.session.gone:
                continue
            if self._may_run(command):
                self._carry_out(command, due_ns)
            else:
                command.parked = True
                self._parked.append(command)

    def _may_run(self, command: Command) -> bool:
        return self._owners.get(command.locks, command.session) is command.session

    def _carry_out(self, command: Command, at_ns: int) -> None:
        session = command.session
        if command.locks is not None and session.writes is not None:
            self._owners[command.locks] = session
        try:
            command.result = command.do()
        except Exception as error:
            command.error = error
        command.done, command.parked = True, False
        command.when_done(command, at_ns)
        session.commands.remove(command)
        if session.commands:
            self._schedule(session.commands[0], at_ns)
        self._to_ring.append(session.bell)
        if command.ends:
            session.writes = None
            self._release(session, at_ns)

    def _release(self, session: Session, at_ns: int) -> None:
        """Let those go on who waited for the rows of a transaction that has ended."""
        self._owners = {key: owner for key, owner in self._owners.items() if owner is not session}
        for command in list(self._parked):
            if command.parked and self._may_run(command):
                self._parked.remove(command)
                self._carry_out(command, at_ns)

    # What commands do; called while they are carried out.

    def get(self, session: Session, key: Any) -> Any:
        """The value of a row, or None."""
        if session.writes is not None and key in session.writes:
            value = session.writes[key]
            return None if value is _GONE else deepcopy(value)
        return deepcopy(self.rows.get(key))

    def put(self, session: Session, key: Any, value: Any) -> None:
        """Write a row."""
        if session.writes is not None:
            session.writes[key] = value
        elif value is _GONE:
            self.rows.pop(key, None)
        else:
            self.rows[key] = value

    def exists(self, session: Session, key: Any) -> bool:
        """Whether there is such a row, as this session sees it."""
        if session.writes is not None and key in session.writes:
            return session.writes[key] is not _GONE
        return key in self.rows

    def delete(self, session: Session, key: Any) -> bool:
        """Remove a row; whether there was one."""
        existed = self.exists(session, key)
        self.put(session, key, _GONE)
        return existed

    def keys(self, session: Session) -> list[Any]:
        """The keys of all rows that this session sees, in the order in which they were written."""
        known = dict.fromkeys([*self.rows, *(session.writes or {})])
        return [key for key in known if self.exists(session, key)]

    def begin(self, session: Session) -> None:
        """Open a transaction, unless one is open."""
        if session.writes is None:
            session.writes = {}

    def commit(self, session: Session) -> None:
        """Make a transaction's writes everybody's."""
        writes, session.writes = session.writes or {}, None
        for key, value in writes.items():
            self.put(session, key, value)
