"""Checks of threadpool/own_limiter: how many reports are made at once, and who waits for them."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

ITEM_S = 0.1


@asynccontextmanager
async def served(attempt, *args):
    """A client of the attempt's app."""
    await attempt.bring_file("mount").call("mount", *args)
    async with attempt.serve("mounted") as server, server.client() as client:
        yield client


async def ask(client, path, count, due=None):
    """So many at once: the statuses, each but once, and the seconds from when they were due."""
    loop = asyncio.get_running_loop()
    began = loop.time() if due is None else due
    replies = await asyncio.gather(*(client.get(f"{path}/{n}") for n in range(count)))
    return sorted({each.status_code for each in replies}), round(loop.time() - began, 3)


async def test_answers(attempt, upstream):
    """Reports and items are answered as before."""
    async with served(attempt, upstream(1, name="reports"), upstream(1, name="items"), 2) as client:
        got = [(await client.get(path)).json() for path in ("/report/may", "/item/7")]
    assert got == ["reports/may", "items/7"], (
        "GET /report/may and GET /item/7 are answered with what the services say, as before."
    )


async def test_at_most(attempt, upstream, draw):
    """As many reports at once as there may be, and not one more."""
    most, rounds, report_s = draw.randint(3, 5), draw.randint(2, 3), draw.choice([2, 3])
    reports = upstream(report_s, name="reports")
    async with served(attempt, reports, upstream(ITEM_S, name="items"), most) as client:
        statuses, took = await ask(client, "/report", most * rounds)
    assert statuses == [200], f"The reports were answered with the statuses {statuses}."
    assert reports.peak == most, (
        f"{reports.peak} reports were made at once, and {most} may be. `run_sync` takes a "
        "limiter: `anyio.CapacityLimiter(most)`, one for all requests."
    )
    assert took == rounds * report_s, (
        f"{most * rounds} reports of {report_s} s, {most} at a time, should take "
        f"{rounds * report_s} s, and took {took:g} s."
    )


@pytest.mark.machine(threads=4)
async def test_items_do_not_wait(attempt, upstream, heartbeat, draw):
    """While reports stand in line, all threads are there for items."""
    most, report_s = draw.randint(2, 3), draw.choice([5, 6, 7])
    services = upstream(report_s, name="reports"), upstream(ITEM_S, name="items")
    async with served(attempt, *services, most) as client, heartbeat() as beat:
        due = asyncio.get_running_loop().time() + 1
        reports = asyncio.create_task(ask(client, "/report", 7))
        await asyncio.sleep(1)
        _, took = await ask(client, "/item", 4, due)
        await reports
    assert took == ITEM_S, (
        f"On a machine of 4 threads, 7 clients wanted reports of {report_s} s; 4 others came for "
        f"items of {ITEM_S:g} s, and had waited {took:g} s when the last was there. A limiter of "
        "its own has threads of its own: reports that run, or wait, take none of these. A "
        "semaphore round the shared threads does not do that."
    )
    assert beat.longest == 0, f"The loop was held for {beat.longest:g} s."


async def test_failed_report(attempt, upstream, draw):
    """A report that fails is an error for its client alone, and gives its place back."""
    most = draw.randint(2, 3)
    bad = range(1, 2 * most + 1)
    reports = upstream(1, name="reports", fail=list(bad))
    async with served(attempt, reports, upstream(ITEM_S, name="items"), most) as client:
        failed = then = took = None
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                failed, _ = await ask(client, "/report", len(bad))
                then, took = await ask(client, "/report", most)
        # In the block: what is stuck then is cancelled.
        assert failed in ([500], None), f"Reports that failed were answered with {failed}."
        assert [then, took] == [[200], 1], (
            f"{len(bad)} reports fail, {most} at a time, and then {most} more are asked for, of 1 "
            f"s each. The statuses of these, and the seconds: {then}, {took}; None is no answer "
            "within a minute. A place is given back however its report ends."
        )


async def test_two_apps(attempt, upstream, draw):
    """Each app has its own limit: reports of the other take no place of it."""
    first, second = draw.sample(range(2, 5), 2)
    for sizes in ((first, second), (second, first), (2, 2)):
        alone = await seconds_of_reports(attempt, upstream, sizes[:1])
        took = await seconds_of_reports(attempt, upstream, sizes)
        # Whether a limit is kept at all is for the check above to say.
        last, due = max(took), max(*alone, -(-5 // sizes[1]))
        assert last <= due, (
            f"Two apps were made, for {sizes[0]} and {sizes[1]} reports at once. Each was asked "
            "for 5 reports of 1 s at the same time. All should have been answered after "
            f"{due:g} s, and were after {last:g} s. A limiter that is likely shared by all apps "
            "makes one wait for the other's reports: make one in each `make_app`."
        )


async def seconds_of_reports(attempt, upstream, sizes):
    """Seconds until each of the apps, which are made with these sizes, has answered 5 reports."""
    mount, items = attempt.bring_file("mount"), upstream(ITEM_S, name="items")
    async with AsyncExitStack() as stack:
        clients = []
        for name, size in zip(("one", "other"), sizes, strict=False):
            await mount.call("mount_as", name, upstream(1, name="reports"), items, size)
            server = await stack.enter_async_context(attempt.serve(name))
            clients.append(await stack.enter_async_context(server.client()))
        asked = await asyncio.gather(*(ask(client, "/report", 5) for client in clients))
    return [took for _, took in asked]
