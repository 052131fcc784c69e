"""A database outside of the program: rows, transactions, and a limited number of connections.

Invariant: at most `max_connections` are open at once; whoever asks for one more is refused.
What its connections can do stands in connection.py, what happens inside in store.py.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from copy import deepcopy
from typing import Any, NamedTuple

from checker.lab.services.behaviour import at_least_one
from checker.lab.services.clock import NS, finite_ns, now_ns
from checker.lab.services.connection import BlockingConnection, Connection
from checker.lab.services.connections import Connections
from checker.lab.services.latency import Delay, Latency
from checker.lab.services.link import (
    CommitFailed,
    Link,
    Query,
    QueryFailed,
    TooManyConnections,
)
from checker.lab.services.lock import Guard
from checker.lab.services.service import Service, count
from checker.lab.services.steps import Pause, Steps, run, run_blocking
from checker.lab.services.store import Session, Store
from checker.lab.services.which import Choice, Which


class Ending(NamedTuple):
    """A commit, a rollback or a new connection, as a latency or a failure may look at it."""

    number: int
    started: float


class Database(Service):
    """A store of rows by key, with connections and transactions.

    max_connections  how many it accepts at once
    latency          seconds that a command takes: a number, a list by command (its last number
                     holds for all later ones), a function of the query, or a distribution
    connect          seconds until a connection is open, given in the same ways
    commit           seconds that COMMIT and ROLLBACK take, given in the same ways; without it,
                     as long as a command. If nothing was written they take no time
    close            seconds that it takes to close a connection
    rows             the rows that it has when a run begins
    reply            what `execute` returns for a text that is no command on rows, such as SQL: a
                     value, or a function of the query. Without it, (text, *args)
    fail             which commands fail: a list of numbers, a probability, True, or a function
    fail_commit      which COMMITs fail, given in the same ways; the transaction is undone
    seed             what distributions and probabilities draw from; without it, the run's seed

    A new run begins with these rows and with new counts.
    """

    store: Store

    def __init__(
        self,
        max_connections: int = 100,
        latency: Latency = 0.01,
        *,
        connect: Latency = 0.0,
        commit: Latency | None = None,
        close: float = 0.0,
        rows: dict[Any, Any] | None = None,
        reply: Any = None,
        fail: Which = False,
        fail_commit: Which = False,
        name: str = "database",
        seed: int | None = None,
    ) -> None:
        super().__init__(name, seed)
        at_least_one("max_connections", max_connections)
        self._limit = max_connections
        self._latency: Delay[Query] = Delay(latency, "latency")
        self._connect: Delay[Ending] = Delay(connect, "connect")
        self._end: Delay[Any] = Delay(latency if commit is None else commit, "commit")
        self.close_ns = finite_ns(close, "close")
        self._initial = deepcopy(dict(rows or {}))
        self._reply = reply
        self._fail = Choice(fail, "fail")
        self._fail_commit = Choice(fail_commit, "fail_commit")
        self._guard = Guard()
        self._links: dict[int, Link] = {}
        self.reset()
        self.enter()

    # Connecting.

    def connect(self) -> Connecting:
        """`conn = await db.connect()`, or `async with db.connect() as conn:`."""
        return Connecting(self)

    def connect_blocking(self) -> BlockingConnection:
        """A connection for a thread, in the style of Python's DB-API."""
        return BlockingConnection(run_blocking(self.link()))

    def link(self) -> Steps[Link]:
        """Open a connection."""
        connections = self.connections
        attempt = Ending(connections.ask(), now_ns() / NS)
        takes_ns = self._connect.ns(attempt, self._draws("connect", attempt.number))
        yield Pause(None if takes_ns is None else now_ns() + takes_ns)
        if not connections.add():
            raise TooManyConnections(
                f"database {self.name!r} has {connections.open} connections open and accepts no "
                "more; close them, or share fewer of them through a pool"
            )
        link = Link(self, attempt.number)
        with self._guard:
            self._links[link.number] = link
        return link

    def restart(self) -> None:
        """Break off all connections, as a restart does. What was committed stays."""
        self.enter()
        for link in list(self._links.values()):
            link.lose()

    # What was measured.

    @property
    def rows(self) -> dict[Any, Any]:
        """A copy of what is committed."""
        return deepcopy(self._current().rows)

    @property
    def connections(self) -> Connections:
        """Counts of its connections: open, opened, peak, refused, limit."""
        self.enter()
        return self._connections

    @property
    def in_transaction(self) -> int:
        """How many connections have a transaction open."""
        self._current()
        return sum(link.session.writes is not None for link in list(self._links.values()))

    @property
    def queries(self) -> int:
        """How many commands were sent; COMMIT and ROLLBACK do not count."""
        self.enter()
        return len(self._log)

    @property
    def log(self) -> list[Query]:
        """All commands, in the order in which they were sent."""
        self._current()
        return list(self._log)

    @property
    def commits(self) -> int:
        """How many transactions were committed."""
        self._current()
        return self._commits

    @property
    def rollbacks(self) -> int:
        """How many transactions were rolled back by the program."""
        self._current()
        return self._rollbacks

    def reset(self) -> None:
        """Begin anew: the first rows, no connections, no counts."""
        for link in self._links.values():
            link.lost = True
        self._links = {}
        self._connections = Connections(self._limit)
        self.store = Store(self._initial)
        self._log: list[Query] = []
        self._commits = self._rollbacks = self._commits_sent = self._rollbacks_sent = 0

    def left_open(self) -> str | None:
        """Connections that nobody closed."""
        links = list(self._links.values())
        if not links:
            return None
        within = sum(link.session.writes is not None for link in links)
        also = f", {within} of them in a transaction" if within else ""
        return f"database {self.name!r}: {count(len(links), 'connection')} left open{also}"

    def __repr__(self) -> str:
        return f"<Database {self.name!r}: {self._connections!r}, {len(self._log)} queries>"

    # For its connections.

    def new_query(self, text: str, args: tuple[Any, ...], connection: int) -> Query:
        """Note a command."""
        with self._guard:
            query = Query(len(self._log) + 1, text, args, connection, now_ns() / NS)
            self._log.append(query)
        return query

    def query_ns(self, query: Query) -> int | None:
        """How long it takes."""
        return self._latency.ns(query, self._draws("latency", query.number))

    def failure_of(self, query: Query) -> Exception | None:
        """The error with which it fails, if it does."""
        failure = self._fail.picks(query, self._draws("fail", query.number))
        if isinstance(failure, Exception):
            return failure
        return QueryFailed(f"database {self.name!r}: {query} failed") if failure else None

    def reply_to(self, query: Query) -> Any:
        """What a text is answered that is no command on rows."""
        if self._reply is None:
            return (query.text, *query.args)
        return self._reply(query) if callable(self._reply) else deepcopy(self._reply)

    def new_commit(self, session: Session) -> tuple[Callable[[], None], int | None]:
        """What a COMMIT does, and how long it takes if there is something to commit."""
        with self._guard:
            self._commits_sent += 1
            commit = Ending(self._commits_sent, now_ns() / NS)
        store = self.store
        fails = self._fail_commit.picks(commit, self._draws("fail_commit", commit.number))

        def work() -> None:
            if fails:
                raise CommitFailed(
                    f"database {self.name!r}: COMMIT {commit.number} failed, and the transaction "
                    "was rolled back"
                )
            store.commit(session)
            self._commits += 1

        return work, self._end.ns(commit, self._draws("commit", commit.number))

    def new_rollback(self) -> tuple[Callable[[], None], int | None]:
        """What a ROLLBACK does, and how long it takes if there is something to undo."""
        with self._guard:
            self._rollbacks_sent += 1
            rollback = Ending(self._rollbacks_sent, now_ns() / NS)

        def work() -> None:
            self._rollbacks += 1

        return work, self._end.ns(rollback, self._draws("rollback", rollback.number))

    def forget(self, link: Link) -> None:
        """A connection is no more."""
        with self._guard:
            if self._links.get(link.number) is link:
                del self._links[link.number]
                self._connections.remove()

    def _current(self) -> Store:
        self.enter()
        # A run that is over leaves its rows as they were.
        if self._same_run:
            self.store.settle()
        return self.store


class Connecting:
    """A connection on its way: await it, or use it as an `async with` block."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._open().__await__()

    async def _open(self) -> Connection:
        return Connection(await run(self._database.link()))

    async def __aenter__(self) -> Connection:
        self._connection = await self._open()
        return self._connection

    async def __aexit__(self, *exc: object) -> None:
        assert self._connection is not None
        await self._connection.close()
