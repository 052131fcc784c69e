# fails: bug_arrives | says: Catch less
import asyncio


def hits(answer):
    return answer["hits"]


async def search(shards, word):
    results = {}

    async def ask(number, shard):
        try:
            results[number] = hits(await shard.get(word))
        except Exception as error:
            results[number] = error

    async with asyncio.TaskGroup() as group:
        for number, shard in enumerate(shards):
            group.create_task(ask(number, shard))
    page = {"found": [], "failed": []}
    for _, result in sorted(results.items(), key=lambda item: item[0]):
        if isinstance(result, list):
            page["found"].append(result)
    for number in range(len(shards)):
        if isinstance(results[number], Exception):
            page["failed"].append([number, getattr(results[number], "status", 500)])
    return page
