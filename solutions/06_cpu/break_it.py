"""Break it

Three ways to use processes, which pass the tests of their authors. Return what breaks them.

- `uneven(workers)`: at most 16 costs in seconds, each from 0 to 2, together 8 s of work.
  `shared_out` needs at least three times as long for it as `workers` that share it evenly.
- `late(patience)`: at most 4 requests, [time, seconds]. The last one computes for 0.1 s at most,
  and comes when all others have their answers. `answer` says "too late" to it all the same.
- `one_bad_order()`: at most 3 orders, [time, amount]. Somebody whose amount is above 0 gets
  BrokenProcessPool from `price`.

Times are from 0 to 60 s. The pools of `answer` and `price` have two workers.
"""

import asyncio

from checker import lab


def compute_all(costs):
    for seconds in costs:
        lab.cpu(seconds)


async def shared_out(pool, costs, workers):
    """Compute all costs; each worker gets its part of the list."""
    loop, size = asyncio.get_running_loop(), -(-len(costs) // workers)
    parts = [costs[n : n + size] for n in range(0, len(costs), size)]
    await asyncio.gather(*(loop.run_in_executor(pool, compute_all, part) for part in parts))


async def answer(pool, seconds, patience):
    """Compute for so long, but let nobody wait for longer than that."""
    try:
        job = asyncio.get_running_loop().run_in_executor(pool, lab.cpu, seconds)
        await asyncio.wait_for(job, patience)
    except TimeoutError:
        return "too late"
    return "done"


class Refused(Exception):
    """An order that nobody can price."""

    def __init__(self, amount, reason):
        super().__init__(f"{amount}: {reason}")


def compute_price(amount):
    lab.cpu(1)
    if amount <= 0:
        raise Refused(amount, "there is nothing to price")
    return 7 * amount


async def price(pool, amount):
    """The price of an amount, computed in a process; Refused if there is none."""
    return await asyncio.get_running_loop().run_in_executor(pool, compute_price, amount)


def uneven(workers):
    """Costs in seconds, which make `shared_out` slow."""
    return [2, 2, 2, 2] + [0] * (4 * workers - 4)


def late(patience):
    """Requests, [time, seconds], of which the last is small, and too late."""
    return [[0, 10], [0, 10], [2 * patience, 0.1]]


def one_bad_order():
    """Orders, [time, amount], with which somebody innocent gets an error."""
    return [[0, 0], [0.5, 5]]
