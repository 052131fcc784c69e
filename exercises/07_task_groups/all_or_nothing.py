"""All or nothing

A backup copies several tables into one archive, all at the same time. `copy` is right, and stays
as it is. `backup` believes that nothing goes on any more once it sees an error. Mend it:

- When all copies have ended well, the archive is told to `keep` them, and their counts of pages
  are returned, in the order of the tables.
- When a copy fails, the others are given up at once. Each of them closes its table; after that the
  archive is told, once, to `discard` what it has. Nothing is written behind that word. Then the
  error goes to the caller, alone or in a group.
- When the caller gives up, nothing goes on either.
"""

import asyncio


async def copy(table, archive, pages):
    """Copies one table, page by page; returns how many pages it has."""
    await table.get("open")
    try:
        for page in range(pages):
            await archive.get("write", await table.get(page))
    finally:
        await table.get("close")
    return pages


async def backup(tables, archive, pages):
    """Copies all tables; returns the count of pages of each."""
    copies = [copy(table, archive, pages) for table in tables]
    try:
        counts = await asyncio.gather(*copies)
    except Exception:
        await archive.get("discard")
        raise
    await archive.get("keep")
    return counts
