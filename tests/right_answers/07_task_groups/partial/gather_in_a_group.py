import asyncio


async def search(shards, word):
    """The answers first, with their errors among them; they are read when all have come."""
    failed = {}

    async def ask(number):
        try:
            answer = await shards[number].get(word)
        except Exception as error:
            failed[number] = error.status
            return None
        return hits(answer)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(number)) for number in range(len(shards))]
        results = asyncio.gather(*tasks)
    found = [result for result in await results if result is not None]
    return {"found": found, "failed": [list(pair) for pair in sorted(failed.items())]}


def hits(answer):
    return answer["hits"]
