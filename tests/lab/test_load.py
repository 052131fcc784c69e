"""Load: when requests arrive, what their latency counts from, and what the report makes of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from checker import lab
from checker.lab import load, serve
from checker.lab.load_report import NS, LoadReport, Sent

OK = 200


async def reply(send: Any, status: int = OK, data: bytes = b"ok") -> None:
    await send({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": data})


def taking(seconds: float) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(seconds)
        await reply(send)

    return app


def run(app: Any, path: Any = "/", **options: Any) -> LoadReport:
    """The report of a load on an app without a lifespan, in the lab."""

    async def main() -> LoadReport:
        async with serve(app, lifespan=False) as server:
            return await load(server, path, **options)

    result: LoadReport = lab.run(main).result
    return result


# Open load.


def test_an_open_load_sends_at_even_times_until_its_duration() -> None:
    report = run(taking(0.0), rate=4, duration=1)
    assert [sent.due_ns for sent in report.requests] == [0, 250_000_000, 500_000_000, 750_000_000]


def test_an_open_load_does_not_wait_for_answers() -> None:
    report = run(taking(3.0), rate=10, duration=1)
    assert report.latencies == [3.0] * 10
    assert report.elapsed == 3.9


def test_the_latency_of_what_was_due_while_the_loop_was_blocked_counts_from_then() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/0":
            time.sleep(1.0)
        await reply(send)

    report = run(app, "/{}".format, rate=10, duration=1.5)
    blocked = [(10 - number) * 100_000_000 for number in range(10)]
    assert report.latencies_ns == blocked + [0] * 5
    assert report.max == 1.0
    # What a client measures that starts its watch when it gets to send.
    assert report.requests[9].due_ns == 900_000_000


def test_a_slow_server_under_more_load_than_it_takes_has_a_growing_latency() -> None:
    lock: list[asyncio.Lock] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        lock[:] = lock or [asyncio.Lock()]
        async with lock[0]:
            await asyncio.sleep(0.2)
        await reply(send)

    report = run(app, rate=10, duration=2)
    # One every 0.2 s is served and one every 0.1 s arrives: each waits 0.1 s more than the last.
    assert report.latencies_ns == [200_000_000 + number * 100_000_000 for number in range(20)]
    assert report.throughput == 5.0


def test_poisson_arrivals_are_drawn_from_the_seed_of_the_run() -> None:
    async def main() -> list[int]:
        report = await load(taking(0.1), rate=100, duration=10, arrivals="poisson")
        return [sent.due_ns for sent in report.requests]

    zero, again, one = (lab.run(main, seed=seed).result for seed in (0, 0, 1))
    assert zero == again != one
    assert zero == asyncio.run(_no_time(main))
    assert zero == sorted(zero)
    assert zero[-1] < 10 * NS
    # 1000 are expected, and the standard deviation of their number is the root of that.
    assert 900 < len(zero) < 1100
    gaps = [after - before for before, after in pairwise(zero)]
    assert min(gaps) < 1_000_000 < 50_000_000 < max(gaps)


async def _no_time(main: Any) -> Any:
    """Run `main` outside of a run, on a loop whose timers are due at once."""
    loop = asyncio.get_running_loop()
    now = 0.0

    def call_at(when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        nonlocal now
        now = max(now, when)
        return loop.call_soon(callback, *args, context=context)

    loop.time = lambda: now  # type: ignore[method-assign]
    loop.call_at = call_at  # type: ignore[method-assign,assignment]
    return await main()


# Closed load.


def test_users_wait_for_the_answer_and_think() -> None:
    report = run(taking(0.3), users=2, duration=1.5, think=0.2)
    assert [sent.due_ns for sent in report.requests] == [
        0, 0, NS // 2, NS // 2, NS, NS,
    ]  # fmt: skip
    assert report.latencies == [0.3] * 6
    assert report.elapsed == 1.5


def test_users_hide_a_blocked_loop_and_a_rate_does_not() -> None:
    def app_that_blocks_once() -> Any:
        blocked: list[int] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if not blocked:
                blocked.append(1)
                time.sleep(1.0)
            await asyncio.sleep(0.1)
            await reply(send)

        return app

    closed = run(app_that_blocks_once(), users=1, duration=3)
    opened = run(app_that_blocks_once(), rate=10, duration=3)
    assert closed.percentile(90) == 0.1
    assert opened.percentile(90) == 0.8


def test_users_have_tasks_of_their_own() -> None:
    names: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        names.extend(task.get_name() for task in asyncio.all_tasks())
        await asyncio.sleep(0.1)
        await reply(send)

    run(app, users=2, duration=0.1)
    assert {"GET /", "user 1", "user 2"} <= set(names)


# How requests end.


def test_a_client_gives_up_at_its_deadline_and_leaves() -> None:
    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if scope["path"] == "/1":
            told.append((await receive())["type"])
            told.append(asyncio.get_running_loop().time())
        await reply(send)

    report = run(app, "/{}".format, rate=2, duration=1.5, timeout=0.75)
    assert report.requests == [
        Sent(0, 0, OK, None),
        Sent(NS // 2, NS * 5 // 4, None, "timeout"),
        Sent(NS, NS, OK, None),
    ]
    assert told == ["http.disconnect", 1.25]


@pytest.mark.parametrize("after_s", [0.0, 0.5])
def test_an_answer_that_comes_after_a_deadline_in_a_blocked_loop_is_too_late(
    after_s: float,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        time.sleep(2.0)
        await asyncio.sleep(after_s)
        await reply(send)

    report = run(app, rate=1, duration=1, timeout=1.0)
    assert report.requests == [Sent(0, NS, None, "timeout")]


def test_an_answer_in_time_stops_the_clock_at_its_last_byte() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        length = [(b"content-length", b"2")] if scope["path"] == "/declared" else []
        await send({"type": "http.response.start", "status": OK, "headers": length})
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b"ok", "more_body": True})
        await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b""})
        await asyncio.sleep(0.1)

    assert run(app, "/declared", rate=1, duration=1, timeout=0.15).latencies == [0.1]
    assert run(app, "/chunked", rate=1, duration=1, timeout=0.25).latencies == [0.2]


def test_what_goes_wrong_is_counted_by_its_kind() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/503":
            return await reply(send, 503)
        if scope["path"] == "/started":
            await send({"type": "http.response.start", "status": OK})
        if scope["path"] == "/hang":
            await asyncio.sleep(60)
        raise ValueError

    paths = ["/503", "/started", "/hang", "/raise", "/503"]
    report = run(app, paths.__getitem__, rate=5, duration=1, timeout=1)
    assert report.statuses == {500: 1, 503: 2}
    assert report.errors == {"broken": 1, "timeout": 1}
    assert report.good.requests == []
    assert report.throughput == 3 / 1.4
    assert report.goodput == 0.0


def test_requests_are_what_they_were_asked_to_be() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["headers"].append((b"changed", b"by the app"))
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message["body"])
            more = message["more_body"]
        seen.append((scope["method"], scope["path"], len(scope["headers"]), size))
        await reply(send)

    for size in (5, 200_000):
        body = bytes(size)
        run(app, "/x?y", rate=2, duration=1, method="PUT", headers={"X-A": "1"}, body=body)
    assert seen == [("PUT", "/x", 4, 5)] * 2 + [("PUT", "/x", 4, 200_000)] * 2


def test_a_reader_of_load_never_holds_up_the_app() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": OK})
        for _ in range(100):
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
        await send({"type": "http.response.body"})

    assert run(app, rate=1, duration=1).latencies == [0.0]


def test_an_app_is_served_with_its_lifespan_and_a_server_is_taken_as_it_is() -> None:
    events = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        events.append("start")
        yield {"name": "state"}
        events.append("stop")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def root(request: Request) -> str:
        events.append(request.state.name)
        return "ok"

    async def main() -> None:
        await load(app, rate=1, duration=1)
        async with serve(app) as server:
            await load(server, rate=1, duration=1)
            await load(server, rate=1, duration=1)

    lab.run(main).result  # noqa: B018 (asking for the result raises what went wrong)
    assert events == ["start", "state", "stop", "start", "state", "state", "stop"]


def test_a_load_that_is_cut_short_leaves_nobody_waiting() -> None:
    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        told.append((await receive())["type"])

    async def main() -> None:
        async with serve(app, lifespan=False) as server:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.5):
                    await load(server, rate=1, duration=3, timeout=60)

    outcome = lab.run(main)
    assert outcome.error is None
    assert outcome.elapsed == 1.5
    assert told == ["http.disconnect"] * 2


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"duration": 1}, "takes one of rate= .* and users="),
        ({"duration": 1, "rate": 1, "users": 1}, "takes one of rate= .* and users="),
        ({"duration": 1, "rate": 0}, "requests per second, not 0"),
        ({"duration": 1, "rate": 1, "arrivals": "odd"}, "'even' or 'poisson', not 'odd'"),
    ],
)
def test_a_load_that_cannot_be_meant_is_refused(options: Any, error: str) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        asyncio.run(load(taking(0.0), **options))


# The report.


def report_of(*latencies_ms: int) -> LoadReport:
    requests = [Sent(0, ms * 1_000_000, OK, None) for ms in latencies_ms]
    return LoadReport("by hand", requests, NS)


@pytest.mark.parametrize(
    ("percent", "rank"),
    # Of ten values the nearest rank is one tenth of the percentage, rounded up.
    [(0, 1), (1, 1), (10, 1), (10.1, 2), (50, 5), (50.1, 6), (90, 9), (99, 10), (100, 10)],
)
def test_a_percentile_is_the_value_of_the_nearest_rank(percent: float, rank: int) -> None:
    report = report_of(70, 20, 90, 10, 50, 100, 30, 80, 40, 60)
    assert report.percentile(percent) == rank / 100


def test_percentiles_computed_by_hand() -> None:
    # The worked example of the nearest-rank method: 15, 20, 35, 40, 50.
    report = report_of(40, 15, 50, 20, 35)
    got = [report.percentile(percent) for percent in (5, 30, 40, 50, 100)]
    assert got == [0.015, 0.020, 0.020, 0.035, 0.050]
    assert (report.p50, report.p90, report.p99, report.max) == (0.035, 0.050, 0.050, 0.050)
    assert report_of(7).p50 == report_of(7).p99 == 0.007


def test_a_percentage_with_decimals_is_exact() -> None:
    report = report_of(*range(1, 1001))
    assert report.percentile(99.9) == 0.999
    assert report.percentile(99.91) == 1.0
    assert report.percentile(64.3) == 0.643


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 1000))
def test_enough_requests_took_no_longer_than_a_percentile_and_too_few_took_less(
    latencies_ms: list[int], permille: int
) -> None:
    report = report_of(*latencies_ms)
    value = report.percentile(permille / 10)
    assert value in report.latencies
    assert sum(latency <= value for latency in report.latencies) * 1000 >= permille * len(
        latencies_ms
    )
    assert sum(latency < value for latency in report.latencies) * 1000 < permille * len(
        latencies_ms
    )


def test_there_is_no_percentile_of_nothing_and_none_over_100() -> None:
    with pytest.raises(ValueError, match="no percentile of no requests"):
        report_of().percentile(50)
    with pytest.raises(ValueError, match="between 0 and 100, not 101"):
        report_of(1).percentile(101)
    assert report_of().throughput == 0.0


def test_a_report_reads_as_a_table() -> None:
    requests = [Sent(0, 200_000_000, OK, None)] * 3
    requests += [Sent(0, 1_500_000, 503, None), Sent(0, 2 * NS, None, "timeout")]
    report = LoadReport("5/s for 1 s, even", requests, NS)
    assert str(report) == repr(report)
    assert str(report).splitlines() == [
        "5 requests: 5/s for 1 s, even; over after 2 s",
        "  status 200             3",
        "  status 503             1",
        "  error timeout          1",
        "  throughput             2/s",
        "  goodput (2xx)        1.5/s",
        "  latency                all         2xx",
        "  p50                  0.2 s       0.2 s",
        "  p90                    2 s       0.2 s",
        "  p99                    2 s       0.2 s",
        "  max                    2 s       0.2 s",
    ]
    assert str(report_of()).splitlines()[-1].split() == ["max", "-", "-"]
