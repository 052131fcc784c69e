"""Checks of cpu/break_it: the costs and the orders are computed by the faulty code, on this side.

That code stands in the exercise too; the copy here decides, so that an edited one changes nothing.
"""

import asyncio
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import SimpleNamespace

import pytest

from checker import lab

LATEST_S = 60


def compute_all(costs):
    for seconds in costs:
        lab.cpu(seconds)


async def shared_out(pool, costs, workers):
    loop, size = asyncio.get_running_loop(), -(-len(costs) // workers)
    parts = [costs[n : n + size] for n in range(0, len(costs), size)]
    await asyncio.gather(*(loop.run_in_executor(pool, compute_all, part) for part in parts))


async def answer(pool, seconds, patience):
    try:
        job = asyncio.get_running_loop().run_in_executor(pool, lab.cpu, seconds)
        await asyncio.wait_for(job, patience)
    except TimeoutError:
        return "too late"
    return "done"


class Refused(Exception):
    def __init__(self, amount, reason):
        super().__init__(f"{amount}: {reason}")


def compute_price(amount):
    lab.cpu(1)
    if amount <= 0:
        raise Refused(amount, "there is nothing to price")
    return 7 * amount


async def price(pool, amount):
    return await asyncio.get_running_loop().run_in_executor(pool, compute_price, amount)


@pytest.fixture(autouse=True)
def _found_by_name(monkeypatch):
    """Functions and errors are sent by name, so this module has to be what its name stands for."""
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(**globals()))


def pool_of(workers):
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def is_number(value):
    return type(value) in (int, float)


def assert_pairs(name, value, most):
    """Refuse what is no list of so many pairs, [time, number]."""
    well_formed = (
        isinstance(value, list)
        and 1 <= len(value) <= most
        and all(isinstance(each, list) and len(each) == 2 for each in value)
        and all(is_number(part) for each in value for part in each)
    )
    assert well_formed, (
        f"{name} returned {value!r}: give a list of one to {most} pairs, [time, number]."
    )
    assert all(0 <= at <= LATEST_S for at, _ in value), (
        f"{name} returned {value}: the times are from 0 to {LATEST_S} s."
    )


async def test_uneven(attempt, clock, draw):
    """Work that takes three times as long as if it were shared evenly."""
    workers = draw.choice([3, 4])
    costs = await attempt.call("uneven", workers)
    well_formed = (
        isinstance(costs, list)
        and 1 <= len(costs) <= 16
        and all(is_number(cost) and 0 <= cost <= 2 for cost in costs)
    )
    assert well_formed, (
        f"uneven returned {costs!r}: give a list of one to 16 costs, each from 0 to 2 s."
    )
    work = round(sum(costs), 6)
    assert work == 8, f"The costs are a work of {work:g} s, and should be one of 8 s."
    with pool_of(workers) as pool:
        await shared_out(pool, costs, workers)
    took, evenly = round(clock.now, 6), 8 / workers
    assert took >= round(3 * evenly, 6), (
        f"{workers} workers needed {took:g} s for the costs {costs}; evenly shared these take "
        f"{evenly:.2f} s. The list is cut into {workers} parts before anybody knows what its items "
        "cost. Where would all that is long have to stand, so that one worker gets it?"
    )


async def test_late(attempt, clock, draw):
    """A small request that comes when nobody waits any more, and is too late."""
    patience = draw.choice([0.5, 1.0, 2.0])
    requests = await attempt.call("late", patience)
    assert_pairs("late", requests, 4)
    answered = []

    async def ask(at, seconds):
        await asyncio.sleep(at)
        said = await answer(pool, seconds, patience)
        answered.append(clock.now)
        return said

    *others, (comes, takes) = requests
    assert all(0 <= seconds <= 60 for _, seconds in requests), "They compute for 0 to 60 s."
    assert takes <= 0.1, f"The last request computes for {takes:g} s, and 0.1 s are the most."
    pool = pool_of(2)
    *_, said = await asyncio.gather(*(ask(*each) for each in [*others, (comes, takes)]))
    await asyncio.to_thread(pool.shutdown)
    last = max(answered[: len(others)], default=0)
    assert last <= comes, (
        f"The last request comes at {comes:g} s, and an answer to another one is given at "
        f"{last:g} s. It should come when all the others have theirs."
    )
    assert said == "too late", (
        f"With {requests} and a patience of {patience:g} s, the last one was answered {said!r}. "
        "The others have their answers after that time at the latest. What do the two workers do "
        "after it?"
    )


async def test_one_bad_order(attempt, clock):
    """An innocent caller who gets BrokenProcessPool."""
    orders = await attempt.call("one_bad_order")
    assert_pairs("one_bad_order", orders, 3)
    pool = pool_of(2)

    async def order(at, amount):
        await asyncio.sleep(at)
        return await price(pool, amount)

    came = await asyncio.gather(*(order(*each) for each in orders), return_exceptions=True)
    await asyncio.to_thread(pool.shutdown)
    hit = [
        amount
        for (_, amount), each in zip(orders, came, strict=True)
        if amount > 0 and isinstance(each, BrokenProcessPool)
    ]
    kinds = [each if is_number(each) else type(each).__name__ for each in came]
    assert hit, (
        f"The orders {orders} were answered with {kinds}. An error that a job raises is pickled, "
        "and made anew on the other side: by a call of its class with what stands in `error.args`. "
        "Look at how many arguments Refused takes, and at how many are in there. What it takes "
        "along is the pool, and all who are in it or come later."
    )
