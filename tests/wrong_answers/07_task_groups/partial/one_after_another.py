# fails: found_in_order, bug_arrives | says: before you wait for the first
from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


async def search(shards, word):
    page = {"found": [], "failed": []}
    for number, shard in enumerate(shards):
        try:
            answer = await shard.get(word)
        except UpstreamError as error:
            page["failed"].append([number, error.status])
        else:
            page["found"].append(hits(answer))
    return page
