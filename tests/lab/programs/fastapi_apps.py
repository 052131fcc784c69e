"""FastAPI apps: handlers that block, await, or run in threads, and how many of them at once."""

import asyncio
import time
from typing import Annotated

import anyio
import anyio.to_thread
from fastapi import Depends

from tests.lab.programs.apps import UNIT, app_with, get_all
from tests.lab.programs.program import LONG, Log, Tally, program, start_threads


@program(
    "ten `async def` handlers that block take turns",
    """
    5   5 replied
    10  10 replied
    10  returned
    """,
    step=UNIT / 2,
    blocks=10,
)
async def async_def_blocks(log: Log) -> None:
    replied = Tally(log, "replied", (5, 10))

    async def handler() -> None:
        time.sleep(UNIT / 2)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "ten `async def` handlers that await run together",
    """
    1  10 replied
    1  returned
    """,
    step=UNIT,
)
async def async_def_awaits(log: Log) -> None:
    replied = Tally(log, "replied", (10,))

    async def handler() -> None:
        await asyncio.sleep(UNIT)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "ten `def` handlers that block run together, in threads",
    """
    1  10 replied
    1  returned
    """,
    step=UNIT,
)
async def def_blocks(log: Log) -> None:
    replied = Tally(log, "replied", (10,))

    def handler() -> None:
        time.sleep(UNIT)
        replied.add()

    await get_all(app_with("/", handler), *["/"] * 10)


@program(
    "of 41 `def` handlers one waits for a token",
    """
    1  40 replied
    2  41 replied
    2  returned
    """,
    step=LONG,
)
async def forty_one(log: Log) -> None:
    replied = Tally(log, "replied", (40, 41))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    await start_threads(log, 40)
    await get_all(app_with("/", handler), *["/"] * 41)


@program(
    "80 `def` handlers fill the threads twice; an `async def` health check answers meanwhile",
    """
    0.5  healthy
    1    40 replied
    2    80 replied
    2    returned
    """,
    step=LONG,
)
async def eighty(log: Log) -> None:
    replied = Tally(log, "replied", (40, 80))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    async def health() -> None:
        log("healthy")

    app = app_with("/", handler)
    app.get("/health")(health)

    async def probe() -> None:
        await asyncio.sleep(LONG / 2)
        await get_all(app, "/health")

    await start_threads(log, 40)
    await asyncio.gather(get_all(app, *["/"] * 80), probe())


@program(
    "a `def` health check waits for a token like all others",
    """
    1    40 replied
    1.5  healthy
    1.5  returned
    """,
    step=LONG,
)
async def def_health(log: Log) -> None:
    replied = Tally(log, "replied", (40,))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    def health() -> None:
        time.sleep(LONG / 2)
        log("healthy")

    app = app_with("/", handler)
    app.get("/health")(health)

    async def probe() -> None:
        await asyncio.sleep(LONG / 2)
        await get_all(app, "/health")

    await start_threads(log, 40)
    await asyncio.gather(get_all(app, *["/"] * 40), probe())


@program(
    "a limiter set to 80 tokens when the app starts lets 80 `def` handlers run together",
    """
    1  80 replied
    1  returned
    """,
    step=LONG,
)
async def eighty_tokens(log: Log) -> None:
    replied = Tally(log, "replied", (80,))

    def handler() -> None:
        time.sleep(LONG)
        replied.add()

    anyio.to_thread.current_default_thread_limiter().total_tokens = 80
    await start_threads(log, 80)
    await get_all(app_with("/", handler), *["/"] * 80)


@program(
    "a `def` dependency and a `def` handler take a thread each, one after the other",
    """
    1  dependency
    2  handler
    3  reply 200
    3  returned
    """,
    step=UNIT,
)
async def def_dependency(log: Log) -> None:
    def dependency() -> str:
        time.sleep(UNIT)
        log("dependency")
        return "d"

    def handler(value: Annotated[str, Depends(dependency)]) -> None:
        time.sleep(UNIT)
        log("handler")

    (status,) = await get_all(app_with("/", handler), "/")
    await asyncio.sleep(UNIT)
    log(f"reply {status}")
