"""50,000 FastAPI requests in flight at once, in one process.

Each handler counts itself in, awaits a sleep, and counts itself out; the run is thrown away
unless the count reached 50,000. The same minimal hand-written client calls the app on plain
asyncio and in the lab; beside it stands the lab's own driver (`lab.serve`), in both again.
Each contestant has a process of its own, so its peak of memory is its own.

CPU time is compared: plain asyncio has to wait for the sleeps, and the lab does not. Plain
asyncio runs with the garbage collector as Python sets it, and once more with the collector off,
as the lab has it during a run: the second is the harder one to keep up with.

Why: "an app crumbles at 50,000 requests" is a claim that a chapter runs. Bars: 1.3 times plain
asyncio, and 1 GB at the peak; both without a trace. What a trace adds is said too.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any, NamedTuple

from benchmarks import children
from benchmarks.harness import Figure, Report, Rounds, alternate, ratio

REQUESTS, ROUNDS = 50_000, 3
BAR, BAR_MB = 1.3, 1000.0
# Long enough for all requests to begin before the first ends, on the real clock too. A machine
# that is too slow for the first of them takes the next.
HOLDS_S = (20.0, 60.0, 180.0)

Main = Callable[[], Coroutine[Any, Any, None]]


class _Contestant(NamedTuple):
    driver: str  # "bare" (by hand) or "lab.serve"
    loop: str  # "asyncio", "asyncio, no gc", "lab", "lab, traced"

    def __str__(self) -> str:
        return self.loop if self.driver == "bare" else f"{self.loop}, lab.serve"


_CONTESTANTS = [
    _Contestant("bare", "asyncio"),
    _Contestant("bare", "asyncio, no gc"),
    _Contestant("bare", "lab"),
    _Contestant("bare", "lab, traced"),
    _Contestant("lab.serve", "asyncio, no gc"),
    _Contestant("lab.serve", "lab"),
    _Contestant("lab.serve", "lab, traced"),
]


class _Held:
    """An app whose handlers wait, and the count of those that do."""

    def __init__(self, hold_s: float) -> None:
        from fastapi import FastAPI

        self.app = FastAPI()
        self.now = self.peak = 0

        @self.app.get("/hold/{number}")
        async def hold(number: int) -> dict[str, int]:
            self.now += 1
            self.peak = max(self.peak, self.now)
            await asyncio.sleep(hold_s)
            self.now -= 1
            return {"number": number}


def _scope(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"app")],
        "client": ("127.0.0.1", 49152),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


async def _request(app: Any, number: int) -> None:
    """One request by hand: the least that an app can be called with."""
    request = [{"type": "http.request", "body": b"", "more_body": False}]
    answers: list[Any] = []

    async def receive() -> Any:
        # Whoever asks again wants to know whether the client left, and it stays.
        return request.pop() if request else await asyncio.Future()

    async def send(message: Any) -> None:
        answers.append(message)

    await app(_scope(f"/hold/{number}"), receive, send)
    start, *bodies = answers
    assert start["status"] == 200
    assert b"".join(body["body"] for body in bodies) == b'{"number":%d}' % number


def _bare(app: Any, requests: int) -> Main:
    async def main() -> None:
        await asyncio.gather(*[_request(app, number) for number in range(requests)])

    return main


def _driven(app: Any, requests: int) -> Main:
    from checker.lab.asgi import Server, serve

    async def ask(server: Server, number: int) -> None:
        async with server.connect("GET", f"/hold/{number}") as exchange:
            assert await exchange.read() == b'{"number":%d}' % number

    async def main() -> None:
        async with serve(app) as server:
            await asyncio.gather(*[ask(server, number) for number in range(requests)])

    return main


def _run(loop: str, main: Main) -> None:
    if loop.startswith("lab"):
        from checker import lab

        lab.run(main, trace=loop == "lab, traced")
        return
    if loop == "asyncio, no gc":
        gc.disable()
    asyncio.run(main())


def contestant(driver: str, loop: str, requests: int, hold_s: float) -> dict[str, Any]:
    """Run one contestant in this process, and measure it."""
    held = _Held(hold_s)
    main = (_bare if driver == "bare" else _driven)(held.app, requests)
    began = time.process_time()
    _run(loop, main)
    used_s = time.process_time() - began
    return {"cpu_s": used_s, "peak": held.peak, "rss_mb": children.peak_rss_mb()}


def measure() -> Report:
    """Every contestant in turn."""
    rss_mb: dict[str, list[float]] = {str(each): [] for each in _CONTESTANTS}

    def measured(each: _Contestant) -> float:
        found = _in_flight(each)
        rss_mb[str(each)].append(found["rss_mb"])
        return float(found["cpu_s"])

    def in_child(each: _Contestant) -> Callable[[], float]:
        return lambda: measured(each)

    found = alternate({str(each): in_child(each) for each in _CONTESTANTS}, ROUNDS, warm=False)
    sizes = [
        Figure(f"{name}: peak memory", median(sizes), "MB", BAR_MB if _barred(name) else None)
        for name, sizes in rss_mb.items()
    ]
    times = [Figure(f"{name}: CPU", median(values), "s") for name, values in found.items()]
    notes = [f"{REQUESTS:,} in flight at once, seen by the app; CPU time; medians of {ROUNDS}"]
    return Report("requests_in_flight", [*_ratios(found), *sizes, *times], notes)


def _barred(name: str) -> bool:
    return name.startswith("lab") and "traced" not in name


def _ratios(found: Rounds) -> list[Figure]:
    return [
        ratio(found, "lab", "asyncio", BAR),
        ratio(found, "lab", "asyncio, no gc", BAR),
        ratio(found, "lab, lab.serve", "asyncio, no gc, lab.serve", BAR),
        ratio(found, "lab, traced", "lab"),
        ratio(found, "lab, traced, lab.serve", "lab, lab.serve"),
    ]


def _in_flight(each: _Contestant) -> dict[str, Any]:
    """Run one contestant, and throw away runs in which a request ended before the last began."""
    for hold_s in HOLDS_S:
        arguments = (each.driver, each.loop, str(REQUESTS), str(hold_s))
        found = children.module(__name__, *arguments)
        if found["peak"] == REQUESTS:
            return found
    raise RuntimeError(f"{each}: at most {found['peak']:,} of {REQUESTS:,} were in flight at once")


if __name__ == "__main__":
    driver, loop, requests, hold_s = sys.argv[1:]
    json.dump(contestant(driver, loop, int(requests), float(hold_s)), sys.stdout)
