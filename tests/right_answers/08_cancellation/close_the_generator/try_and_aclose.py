import asyncio


async def rows(database, keys):
    """The rows with these keys, over a connection of its own."""
    connection = await database.connect()
    try:
        for key in keys:
            yield await connection.get(key)
    finally:
        try:
            await connection.close()
        finally:
            connection.terminate()


async def find(database, keys, judge):
    """The first row that the judge accepts."""
    found = rows(database, keys)
    try:
        async for row in found:
            if await judge.get(row):
                return row
    finally:
        await found.aclose()
    return None


class Pages:
    """An iterator in place of a generator."""

    def __init__(self, feed, patience):
        self.feed, self.patience = feed, patience

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            page = await asyncio.wait_for(self.feed.get("next"), self.patience)
        except TimeoutError:
            page = None
        if not page:
            raise StopAsyncIteration
        return page


def pages(feed, patience):
    """What a feed sends, as long as it does so in time."""
    return Pages(feed, patience)


async def store(feed, patience, archive):
    """Put each page into the archive; return how many there were."""
    count = 0
    try:
        async for page in pages(feed, patience):
            await archive.get(page)
            count += 1
    finally:
        await feed.get("bye")
    return count
