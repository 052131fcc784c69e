import anyio

from checker.lab.services import UpstreamError


def hits(answer):
    return answer["hits"]


class Search:
    """Keeps what each shard came to, by its number."""

    def __init__(self, word):
        self.word, self.found, self.failed = word, {}, {}

    async def ask(self, number, shard):
        try:
            answer = await shard.get(self.word)
        except UpstreamError as error:
            self.failed[number] = error.status
        else:
            self.found[number] = hits(answer)


async def search(shards, word):
    page = Search(word)
    async with anyio.create_task_group() as group:
        for number, shard in enumerate(shards):
            group.start_soon(page.ask, number, shard)
    return {
        "found": [page.found[number] for number in sorted(page.found)],
        "failed": [[number, page.failed[number]] for number in sorted(page.failed)],
    }
