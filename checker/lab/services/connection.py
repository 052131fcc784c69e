"""What a program holds of a connection to a database: as a task, and as a thread.

Invariant: both speak to the same `Link`, so they take the same time and are counted alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from checker.lab.services.link import Link
from checker.lab.services.steps import run, run_blocking


class _Common:
    """What needs no waiting."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def number(self) -> int:
        """Which connection of its database it is, from 1."""
        return self._link.number

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed it."""
        return not (self._link.closed or self._link.lost)

    @property
    def unread(self) -> int:
        """How many replies lie on it that belong to nobody. Discard it if it is not 0."""
        return self._link.unread

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on it."""
        return self._link.in_transaction

    def terminate(self) -> None:
        """Close it at once, without a goodbye; an open transaction is undone."""
        self._link.terminate()

    def __repr__(self) -> str:
        state = "open" if self.is_open else "closed"
        return f"<connection {self.number} to {self._link.database.name!r}, {state}>"


class Connection(_Common):
    """A connection for tasks. Outside of `transaction()` each command commits by itself."""

    async def execute(self, text: str, *args: Any) -> Any:
        """Send a command on rows, such as "get" with a key, or any other text, such as SQL."""
        return await run(self._link.ask(text, args))

    async def get(self, key: Any, *, for_update: bool = False) -> Any:
        """The value of a row, or None. `for_update` locks it until the transaction ends."""
        return await run(self._link.ask("get", (key,), locks=for_update))

    async def get_many(self, keys: Iterable[Any]) -> list[Any]:
        """The values of several rows, in one command."""
        return list(await run(self._link.ask("get_many", (tuple(keys),))))

    async def set(self, key: Any, value: Any) -> None:
        """Write a row."""
        await run(self._link.ask("set", (key, value)))

    async def insert(self, key: Any, value: Any) -> None:
        """Write a row that must not be there yet; else RowExists."""
        await run(self._link.ask("insert", (key, value)))

    async def add(self, key: Any, amount: Any = 1) -> Any:
        """Add to a row, which begins with 0, in one step; returns the sum."""
        return await run(self._link.ask("add", (key, amount)))

    async def delete(self, key: Any) -> bool:
        """Remove a row; returns whether there was one."""
        return bool(await run(self._link.ask("delete", (key,))))

    async def keys(self) -> list[Any]:
        """The keys of all rows."""
        return list(await run(self._link.ask("keys", ())))

    def transaction(self) -> Transaction:
        """`async with conn.transaction():` commits at its end, or undoes if an error leaves it."""
        return Transaction(self._link)

    async def close(self) -> None:
        """Close it. If this is cancelled, it stays open; `terminate` needs no await."""
        await run(self._link.close())

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


class Transaction:
    """All or nothing: a block, or the three steps by hand."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def start(self) -> None:
        """Begin. It is sent along with the first command, and takes no time."""
        self._link.begin()

    async def commit(self) -> None:
        """Make all writes everybody's."""
        await run(self._link.commit())

    async def rollback(self) -> None:
        """Undo all writes."""
        await run(self._link.rollback())

    async def __aenter__(self) -> Transaction:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            await self.commit()
        elif not (self._link.closed or self._link.lost):
            await self.rollback()


class BlockingConnection(_Common):
    """A connection for threads. As the DB-API has it, a command opens a transaction by itself."""

    def execute(self, text: str, *args: Any) -> Any:
        """Send a command on rows, such as "get" with a key, or any other text, such as SQL."""
        return self._ask(text, args)

    def get(self, key: Any, *, for_update: bool = False) -> Any:
        """The value of a row, or None. `for_update` locks it until the transaction ends."""
        return self._ask("get", (key,), locks=for_update)

    def get_many(self, keys: Iterable[Any]) -> list[Any]:
        """The values of several rows, in one command."""
        return list(self._ask("get_many", (tuple(keys),)))

    def set(self, key: Any, value: Any) -> None:
        """Write a row."""
        self._ask("set", (key, value))

    def insert(self, key: Any, value: Any) -> None:
        """Write a row that must not be there yet; else RowExists."""
        self._ask("insert", (key, value))

    def add(self, key: Any, amount: Any = 1) -> Any:
        """Add to a row, which begins with 0, in one step; returns the sum."""
        return self._ask("add", (key, amount))

    def delete(self, key: Any) -> bool:
        """Remove a row; returns whether there was one."""
        return bool(self._ask("delete", (key,)))

    def keys(self) -> list[Any]:
        """The keys of all rows."""
        return list(self._ask("keys", ()))

    def cursor(self) -> Cursor:
        """A DB-API cursor."""
        return Cursor(self)

    def commit(self) -> None:
        """Make all writes everybody's; nothing if no transaction is open."""
        if self._link.in_transaction:
            run_blocking(self._link.commit())

    def rollback(self) -> None:
        """Undo all writes; nothing if no transaction is open."""
        if self._link.in_transaction:
            run_blocking(self._link.rollback())

    def close(self) -> None:
        """Close it; an open transaction is undone."""
        run_blocking(self._link.close())

    def __enter__(self) -> BlockingConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def _ask(self, text: str, args: tuple[Any, ...], locks: bool = False) -> Any:
        if not self._link.in_transaction:
            self._link.begin()
        return run_blocking(self._link.ask(text, args, locks=locks))


class Cursor:
    """As much of a DB-API cursor as a small program needs: a result is one row of one column."""

    description = None
    rowcount = -1

    def __init__(self, connection: BlockingConnection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, text: str, args: tuple[Any, ...] = ()) -> Cursor:
        """Send a command, with its arguments as a sequence."""
        result = self._connection.execute(text, *args)
        if isinstance(result, list):
            self._rows = [row if isinstance(row, tuple) else (row,) for row in result]
        else:
            self._rows = [] if result is None else [(result,)]
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row, or None."""
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> None:
        """Nothing is held."""
        self._rows = []
