# fails: failures_beside | says: Sort it by the number of the shard
import asyncio

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


async def search(shards, word):
    found, failed = {}, []

    async def ask(number, shard):
        try:
            answer = await shard.get(word)
        except UpstreamError as error:
            failed.append([number, error.status])
        else:
            found[number] = hits(answer)

    async with asyncio.TaskGroup() as group:
        for number, shard in enumerate(shards):
            group.create_task(ask(number, shard))
    return {"found": [found[number] for number in sorted(found)], "failed": failed}
