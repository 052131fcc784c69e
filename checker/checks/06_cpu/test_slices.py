"""Checks of cpu/slices: at which moments a neighbour on the same loop has its turns."""

UNIT = 1 / 512  # seconds: a whole number of nanoseconds, and sums of these are exact
BUDGET = 8  # units


def items_of(draw):
    """Items in units: many that take little, some that take several budgets, in any order."""
    few = [draw.randint(1, 3) for _ in range(40)]
    return draw.sample([*few, 0, 0, 0, *(draw.randint(20, 40) for _ in range(4))], 47)


def told(units):
    """A time in words."""
    return f"{round(1000 * units * UNIT)} ms"


def handed_back(items):
    """When the loop should be handed back, in units."""
    now = since = 0
    moments = []
    for item in items:
        if now - since >= BUDGET:
            moments.append(now)
            since = now
        now += item
    return moments


async def turns_beside(attempt, journal, items, neighbour_takes=0):
    """The results, the moments of the neighbour's turns before the end, and the end; in units."""
    log = journal()
    given = [[item * UNIT, number] for number, item in enumerate(items)]
    slices = attempt.bring_file("slices")
    args = (given, BUDGET * UNIT, neighbour_takes * UNIT, log)
    results = await slices.call("beside", *args)
    done, began = log.values.index("done"), log.entries[0][0]
    moments = [round((at - began) / UNIT) for at, _ in log.entries]
    return results, moments[1:done], moments[done]


async def test_results(attempt, journal, draw):
    """All results, in the order of the items."""
    items = items_of(draw)
    results, _, _ = await turns_beside(attempt, journal, items)
    assert results == list(range(len(items))), (
        "The results are those of all items, each once, in the order of the items."
    )
    results, _, _ = await turns_beside(attempt, journal, [])
    assert results == [], "No items, no results."


def longest_gap(moments, end):
    """The longest time without a turn."""
    return max(after - before for before, after in zip([0, *moments], [*moments, end], strict=True))


def clock_that_stands(moments):
    """What to say to somebody who never handed the loop back."""
    if moments:
        return ""
    return (
        " It was never handed back: if you do look at a clock, then it stands still, as "
        "time.process_time() does in the lab; take time.perf_counter()."
    )


async def test_loop_is_free(attempt, journal, draw):
    """Nobody waits for longer than the budget, and the item that goes over it."""
    for items in ([1] * (3 * BUDGET), items_of(draw)):
        _, moments, end = await turns_beside(attempt, journal, items)
        longest, allowed = longest_gap(moments, end), longest_gap(handed_back(items), sum(items))
        assert longest <= allowed, (
            f"With a budget of {told(BUDGET)} and items of up to {told(max(items))}, a neighbour "
            f"on the loop waited for {told(longest)}; {told(allowed)} would do. Look at the clock "
            "before each item: some take long, so a number of items says nothing about the time. "
            "And an `await` hands the loop back only if what is awaited does; asyncio.sleep(0) "
            f"does.{clock_that_stands(moments)}"
        )


async def test_no_more_than_needed(attempt, journal, draw):
    """The loop is handed back no more often than the budget says, and no time is lost."""
    items = items_of(draw)
    _, moments, end = await turns_beside(attempt, journal, items)
    assert end == sum(items), (
        f"The items take {told(sum(items))}, and it was done after {told(end)}. It should not "
        "sleep, only let others go first: asyncio.sleep(0)."
    )
    needed = len(handed_back(items))
    assert len(moments) <= needed, (
        f"{needed} times would do, and the loop was handed back {len(moments)} times. Each time "
        "costs a turn of the loop, with a look at all its sockets; for small items that is more "
        "than the items themselves. Hand it back when the budget is used up."
    )


async def test_in_one_go(attempt, journal, draw):
    """Work that fits into the budget is done in one go."""
    for count in (draw.randint(3, BUDGET - 1), BUDGET):
        _, moments, _ = await turns_beside(attempt, journal, [1] * count)
        assert moments == [], (
            f"Items of {told(count)} together fit into a budget of {told(BUDGET)}, and others had "
            f"{len(moments)} turns before it was done. There is nothing to hand back for: the "
            "budget is looked at before the next item, and after the last there is none."
        )


async def test_time_of_others(attempt, journal, draw):
    """What others compute does not count as its own."""
    items = items_of(draw)
    _, moments, _ = await turns_beside(attempt, journal, items, neighbour_takes=2 * BUDGET)
    needed = len(handed_back(items))
    assert len(moments) == needed, (
        f"A neighbour computes for {told(2 * BUDGET)} whenever it has a turn, and it had "
        f"{len(moments)} turns; {needed} were due. A slice begins when you have the loop again: "
        "look at the clock after the `await`, not before it, and do not sleep longer than that."
    )
