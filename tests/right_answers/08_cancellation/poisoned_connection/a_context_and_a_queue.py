import asyncio
from contextlib import asynccontextmanager


class Pool:
    """At most `size` connections to a database, shared by all who ask."""

    def __init__(self, database, size):
        self.database = database
        self.free = asyncio.LifoQueue()
        for _ in range(size):
            self.free.put_nowait(None)

    @asynccontextmanager
    async def lease(self):
        connection = await self.free.get()
        try:
            if connection is None:
                connection = await self.database.connect()
            yield connection
        finally:
            if connection is not None and connection.unread:
                connection.terminate()
                connection = None
            self.free.put_nowait(connection)

    async def get(self, key):
        """The row with this key."""
        async with self.lease() as connection:
            return await connection.get(key)
