# fails: caller_gives_up | says: Who catches BaseException catches the request to end
import asyncio
from contextlib import suppress

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


async def search(shards, word):
    async def ask(shard):
        try:
            answer = await shard.get(word)
        except UpstreamError as error:
            return error
        return hits(answer)

    tasks = [asyncio.create_task(ask(shard)) for shard in shards]
    with suppress(BaseException):
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    page = {"found": [], "failed": []}
    for number, task in enumerate(tasks):
        if task.cancelled():
            continue
        result = task.result()
        if isinstance(result, UpstreamError):
            page["failed"].append([number, result.status])
        else:
            page["found"].append(result)
    for task in tasks:
        if not task.cancelled() and task.exception():
            raise task.exception()
    return page
