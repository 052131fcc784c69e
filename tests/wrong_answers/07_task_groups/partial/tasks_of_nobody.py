# fails: caller_gives_up | says: outlives whoever made it
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
    tasks = [asyncio.create_task(ask(shard, word)) for shard in shards]
    _, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
    done = [task for task in tasks if not task.cancelled()]
    return page_of([task.result() for task in sorted(done, key=tasks.index)])
