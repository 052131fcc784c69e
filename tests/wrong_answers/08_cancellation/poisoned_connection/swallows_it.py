# fails: cancelled | says: goes out of `get`
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
        try:
            return await self.database.connect()
        except BaseException:
            self.places.release()
            raise

    def put_back(self, connection):
        """This one is free again."""
        if connection.unread:
            connection.terminate()
        else:
            self.idle.append(connection)
        self.places.release()

    async def get(self, key):
        """The row with this key."""
        connection = await self.take()
        try:
            return await connection.get(key)
        except asyncio.CancelledError:
            return None
        finally:
            self.put_back(connection)
