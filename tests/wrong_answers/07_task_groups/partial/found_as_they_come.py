# fails: found_in_order | says: is not the order in which they stand
import asyncio

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


async def search(shards, word):
    page = {"found": [], "failed": []}

    async def ask(number, shard):
        try:
            answer = await shard.get(word)
        except UpstreamError as error:
            page["failed"].append([number, error.status])
        else:
            page["found"].append(hits(answer))

    async with asyncio.TaskGroup() as group:
        for number, shard in enumerate(shards):
            group.create_task(ask(number, shard))
    page["failed"].sort()
    return page
