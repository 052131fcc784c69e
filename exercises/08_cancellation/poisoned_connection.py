"""Poisoned connection

A pool shares a few connections to a database. On each of them, replies come back in the order of
the commands, and no reply says what it belongs to. So if a command is cancelled, its reply stays
on the line, and whoever uses the connection next reads somebody else's row. Mend the pool:

- Whoever asks for a row gets that row, whoever was cancelled before, and wherever.
- At most `size` connections are open. Who finds none free waits, and no place is ever lost.
- Whoever is cancelled ends with a CancelledError.
- A connection that is clean is used again, also after a query that failed: an error is a reply.

`connection.unread` counts the replies that belong to nobody; `connection.terminate()` closes a
connection at once. A database needs time to `connect`, so do not do without the pool.
"""

import asyncio


class Pool:
    """At most `size` connections to a database, shared by all who ask."""

    def __init__(self, database, size):
        self.database, self.idle = database, []
        self.places = asyncio.Semaphore(size)

    async def take(self):
        """A connection; the caller puts it back."""
        await self.places.acquire()
        if self.idle:
            return self.idle.pop()
        return await self.database.connect()

    def put_back(self, connection):
        """This one is free again."""
        self.idle.append(connection)
        self.places.release()

    async def get(self, key):
        """The row with this key."""
        connection = await self.take()
        try:
            return await connection.get(key)
        finally:
            self.put_back(connection)
