# fails: bug_arrives | says: later than that, nobody needs the answers
import asyncio

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


def page_of(results):
    failed = [[n, r.status] for n, r in enumerate(results) if isinstance(r, UpstreamError)]
    return {"found": [r for r in results if not isinstance(r, UpstreamError)], "failed": failed}


async def ask(shard, word):
    return hits(await shard.get(word))


async def search(shards, word):
    results = await asyncio.gather(*(ask(each, word) for each in shards), return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, UpstreamError):
            raise result
    return page_of(results)
