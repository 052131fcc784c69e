# fails: bug_arrives | says: does not mean that the work has stopped
import asyncio

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


def page_of(results):
    failed = [[n, r.status] for n, r in enumerate(results) if isinstance(r, UpstreamError)]
    return {"found": [r for r in results if not isinstance(r, UpstreamError)], "failed": failed}


async def ask(shard, word):
    try:
        answer = await shard.get(word)
    except UpstreamError as error:
        return error
    return hits(answer)


async def search(shards, word):
    return page_of(await asyncio.gather(*(ask(shard, word) for shard in shards)))
