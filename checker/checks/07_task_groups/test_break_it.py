"""Checks of task_groups/break_it: what the learner gives breaks the three programs.

The programs stand in the exercise too. These here are the ones that have to break.
"""

import asyncio


async def transfer(ledgers, undo):
    """Write to all ledgers; if that fails, write behind it that it is undone."""
    try:
        await asyncio.gather(*(ledger.get("write") for ledger in ledgers))
    except Exception:
        await undo.get()


async def collect(shops, cancel):
    """Ask all shops; `cancel` gets the tasks, and cancels whom it likes."""
    prices = {}

    async def ask(number):
        prices[number] = await shops[number].get()

    async with asyncio.TaskGroup() as group:
        cancel([group.create_task(ask(number)) for number in range(len(shops))])
    return prices


async def status(services):
    """The status of the first error in the group, or 200."""
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.get())
    except ExceptionGroup as group:
        return getattr(group.exceptions[0], "status", 500)
    return 200


def is_number(value):
    """Whether it is a number, and no truth value."""
    return type(value) in (int, float)


def numbers(value, count):
    """The numbers in a list of so many, or none."""
    fits = isinstance(value, list) and len(value) == count and all(map(is_number, value))
    return [round(each, 6) for each in value] if fits else []


async def test_late_write(attempt, upstream, draw):
    """A ledger is written after its transfer has been undone."""
    undo_s = draw.randint(2, 9) / 10
    given = await attempt.call("late_write", undo_s)
    latencies = numbers(given, 2)
    assert min(latencies, default=0) > 0, (
        f"late_write({undo_s}) returned {given!r}: a list of two numbers of seconds, more than 0."
    )
    ledgers = [
        upstream(latency=latency, fail=not n, name=f"ledger{n}")
        for n, latency in enumerate(latencies)
    ]
    undo = upstream(latency=undo_s, name="undo")
    await transfer(ledgers, undo)
    await asyncio.sleep(max(latencies))
    undone, second = undo.log[0].ended, ledgers[1].log[0]
    assert second.ended > undone, (
        f"The first ledger failed at {latencies[0]:g} s, the undo had ended at {undone:g} s, and "
        f"the write of the second ledger ended at {second.ended:g} s. gather cancels nobody: a "
        "slow enough write comes after the undo."
    )


async def test_lost_price(attempt, upstream, draw):
    """One price is missing, and nothing is raised."""
    latencies = [n / 10 for n in draw.sample(range(4, 30), 3)]
    given = await attempt.call("lost_price", latencies)
    pair = numbers(given, 2)
    possible = bool(pair) and pair[0] in (0, 1, 2) and pair[1] >= 0
    assert possible, (
        f"lost_price({latencies}) returned {given!r}: [number, seconds], a number of 0, 1 or 2."
    )
    shops = [upstream(latency=latency, name=f"shop{n}") for n, latency in enumerate(latencies)]
    number, when = int(pair[0]), pair[1]

    def cancel(tasks):
        asyncio.get_running_loop().call_later(when, tasks[number].cancel)

    prices = await collect(shops, cancel)
    assert len(prices) == 2, (
        f"Task {number} was cancelled at {when:g} s, and its shop answered at "
        f"{latencies[number]:g} s: all three prices came. Cancel it while it still waits."
    )


async def test_hidden_bug(attempt, upstream, draw):
    """The bug is in the group, and the client sees a 404."""
    span = draw.randint(10, 30) / 10
    given = await attempt.call("hidden_bug", span)
    latencies = numbers(given, 3)
    possible = bool(latencies) and all(0.1 <= each <= span for each in latencies)
    assert possible, (
        f"hidden_bug({span}) returned {given!r}: three numbers of seconds, from 0.1 to {span:g}."
    )
    assert latencies[1] > max(latencies[0], latencies[2]), (
        f"hidden_bug({span}) returned {given!r}: the second service needs longer than the others."
    )
    found, slow, broken = (
        upstream(latency=latency, fail=fail, name=name)
        for latency, fail, name in zip(
            latencies, (404, False, ZeroDivisionError), ("found", "slow", "broken"), strict=True
        )
    )
    seen, raised = await status([found, slow, broken]), broken.failed == 1
    assert seen == 404, (
        f"The client saw {seen}, because the bug came at {latencies[2]:g} s, before the 404 at "
        f"{latencies[0]:g} s, and ended the group. The first error of the group is the one that "
        "the client sees, and that has to be the 404."
    )
    assert raised, (
        f"The 404 came at {latencies[0]:g} s, and the bug would have come at {latencies[2]:g} s: "
        "by then its task was cancelled, so nobody hid a bug; there was none. There is one moment "
        "at which a group gets two errors."
    )
