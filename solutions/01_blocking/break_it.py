"""Break it

Two programs that pass every test their authors thought of. Give them times with which they fail.

`search` asks for each text as it is typed, every `gap` seconds, and shows each answer as it comes.
`latencies(count, gap)` returns how long each of the `count` answers takes, 0.1 to 1 s each, so that
in the end an old answer is shown: not the one to what was typed last.

`probe` looks eight times, every `period` seconds, how late the loop is. `unseen(period)` returns
[start, length]: when in that time the loop is blocked, and for how long, at least 0.9 of a period,
so that `probe` sees nothing of it.
"""

import asyncio


async def search(site, texts, gap):
    shown = []

    async def ask(text):
        shown.append(await site.get(text))

    async with asyncio.TaskGroup() as group:
        for text in texts:
            group.create_task(ask(text))
            await asyncio.sleep(gap)
    return shown[-1]


async def probe(period, looks):
    loop, latest = asyncio.get_running_loop(), 0
    for _ in range(looks):
        due = loop.time() + period
        await asyncio.sleep(period)
        latest = max(latest, loop.time() - due)
    return latest


def latencies(count, gap):
    """A list of `count` numbers from 0.1 to 1: how long each answer takes, in seconds."""
    return [0.1] * (count - 2) + [gap + 0.2, 0.1]


def unseen(period):
    """[start, length] of a block of the loop that `probe` does not see, in seconds."""
    return [0.05 * period, 0.9 * period]
