# fails: slow_feed | says: in time
from contextlib import aclosing


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
    async with aclosing(rows(database, keys)) as found:
        async for row in found:
            if await judge.get(row):
                return row
    return None


async def pages(feed, patience):
    """What a feed sends, as long as it does so in time."""
    try:
        while True:
            page = await feed.get("next")
            if not page:
                break
            yield page
    except TimeoutError:
        pass
    finally:
        await feed.get("bye")


async def store(feed, patience, archive):
    """Put each page into the archive; return how many there were."""
    count = 0
    async with aclosing(pages(feed, patience)) as found:
        async for page in found:
            await archive.get(page)
            count += 1
    return count
