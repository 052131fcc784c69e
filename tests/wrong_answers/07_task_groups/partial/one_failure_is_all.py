# fails: failures_beside | says: takes its whole group along
import asyncio


def hits(answer):
    return answer["hits"]


async def ask(shard, word):
    return hits(await shard.get(word))


async def search(shards, word):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(shard, word)) for shard in shards]
    return {"found": [task.result() for task in tasks], "failed": []}
