"""Partial

A search asks all shards of an index at the same time and shows what came: two answers out of three
are worth more than an empty page. Write `search`. It returns a dict of two lists, both in the order
of the shards, whoever answers first:

- "found": the hits of each shard that answered. `hits` reads them from its answer.
- "failed": [number, status] of each shard that answered with an error, an `UpstreamError`. They
  are counted from 0.

An answer that `hits` cannot read is another matter: that is a bug of ours, and no failure of the
shard. It gives up all that is still on its way, and goes to the caller. And when the caller gives
up, there is no page, and nothing goes on.
"""

import asyncio

from checker.lab.services import UpstreamError


def hits(answer):
    """The hits in a shard's answer."""
    return answer["hits"]


async def ask(shard, word):
    """The hits of one shard, or the error that it answered with."""
    try:
        answer = await shard.get(word)
    except UpstreamError as error:
        return error
    return hits(answer)


async def search(shards, word):
    """What all shards found, and which of them failed."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(shard, word)) for shard in shards]
    page = {"found": [], "failed": []}
    for number, task in enumerate(tasks):
        result = task.result()
        if isinstance(result, UpstreamError):
            page["failed"].append([number, result.status])
        else:
            page["found"].append(result)
    return page
