"""How long a learner waits for a traced run of 20 requests and its picture.

The app is one of the course's kind: handlers that wait, some behind a semaphore, and `def`
handlers in threads. A run and its SVG are timed on the wall, since that is what is waited for.
Warm is the median of many in one process. Cold is the first in a fresh process in which FastAPI
and the lab are imported already: it pays for the lab's machine, the driver and the timeline.

Why: it is what each cell of a notebook does. Bar: 50 ms, warm.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import children
from benchmarks.harness import Figure, Report

if TYPE_CHECKING:
    from fastapi import FastAPI

REQUESTS, ROUNDS, PROCESSES = 20, 25, 7
BAR_MS = 50.0


def make_app() -> FastAPI:
    """The app."""
    import asyncio

    from fastapi import FastAPI

    app = FastAPI()
    slots = asyncio.Semaphore(4)

    @app.get("/wait/{number}")
    async def wait(number: int) -> dict[str, int]:
        async with slots:
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.05)
        return {"number": number}

    @app.get("/thread/{number}")
    def thread(number: int) -> dict[str, int]:
        time.sleep(0.1)
        return {"number": number}

    return app


async def program() -> list[bytes]:
    """The requests: all at once, one in four to the `def` handler."""
    import asyncio

    from checker.lab.asgi import Server, serve

    async def ask(server: Server, number: int) -> bytes:
        path = f"/thread/{number}" if number % 4 == 0 else f"/wait/{number}"
        async with server.connect("GET", path) as exchange:
            return await exchange.read()

    async with serve(make_app()) as server:
        return await asyncio.gather(*[ask(server, number) for number in range(REQUESTS)])


def timed() -> dict[str, Any]:
    """Run it once with its picture: milliseconds for each, and how much there was to draw."""
    from checker import lab

    began = time.perf_counter()
    run = lab.run(program)
    ran = time.perf_counter()
    picture = run.svg()
    drawn = time.perf_counter()
    assert len(run.result) == REQUESTS
    return {
        "run": (ran - began) * 1000,
        "picture": (drawn - ran) * 1000,
        "events": len(run.trace),
        "size_kb": len(picture) / 1000,
    }


def measure() -> Report:
    """Warm against the bar, and cold."""
    timed()
    warm = [timed() for _ in range(ROUNDS)]
    cold = [children.module(__name__) for _ in range(PROCESSES)]
    figures = [
        Figure("warm: run and picture", _median(warm, "run", "picture"), "ms", BAR_MS),
        Figure("warm: the run", _median(warm, "run"), "ms"),
        Figure("warm: the picture", _median(warm, "picture"), "ms"),
        Figure("cold: run and picture", _median(cold, "run", "picture"), "ms"),
        Figure("cold: the run", _median(cold, "run"), "ms"),
        Figure("cold: the picture", _median(cold, "picture"), "ms"),
    ]
    last = warm[-1]
    note = f"on the wall; {last['events']} events, a picture of {last['size_kb']:.0f} kB"
    return Report("traced_run_with_picture", figures, [note])


def _median(times: list[dict[str, Any]], *parts: str) -> float:
    return median(sum(float(each[part]) for part in parts) for each in times)


if __name__ == "__main__":
    import fastapi  # noqa: F401  (a learner's app has imported it)

    json.dump(timed(), sys.stdout)
