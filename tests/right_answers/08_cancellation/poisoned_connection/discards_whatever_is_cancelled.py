import anyio


class Pool:
    """At most `size` connections to a database, shared by all who ask."""

    def __init__(self, database, size):
        self.database, self.size, self.idle = database, size, []
        self.places = None

    async def get(self, key):
        """The row with this key."""
        self.places = self.places or anyio.CapacityLimiter(self.size)
        async with self.places:
            connection = self.idle.pop() if self.idle else await self.database.connect()
            try:
                row = await connection.get(key)
            except Exception:
                self.idle.append(connection)
                raise
            except BaseException:
                connection.terminate()
                raise
            self.idle.append(connection)
            return row
