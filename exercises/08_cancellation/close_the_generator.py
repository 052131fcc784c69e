"""Close the generator

Two async generators, and two loops over them. `rows` is right, and stays as it is. Mend the rest:

- `find` returns the first row that the judge accepts, or None. When it ends, however it does, the
  connection of `rows` is closed. As it is, `break` leaves the generator where it stands, and some
  task closes it, at some time.
- `pages` yields what a feed sends, up to the first empty page. It ends, too, when the feed needs
  more than `patience` seconds for a page. As it is, its clock goes on while others work with a
  page, and it cancels them: what is inside of a `yield` belongs to the caller.
- `store` puts each page into the archive and returns how many there were. However it ends, the feed
  has been told `bye` by then; `pages` does that when it ends or is closed.
"""

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
    async for row in rows(database, keys):
        if await judge.get(row):
            return row
    return None


async def pages(feed, patience):
    """What a feed sends, as long as it does so in time."""
    try:
        async with asyncio.timeout(patience):
            while page := await feed.get("next"):
                yield page
    except TimeoutError:
        pass


async def store(feed, patience, archive):
    """Put each page into the archive; return how many there were."""
    count = 0
    async for page in pages(feed, patience):
        await archive.get(page)
        count += 1
    return count
