"""What chapter 08 says of cancellation and shows in no cell of its own is so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import anyio
import pytest

from checker import lab


def now() -> float:
    return asyncio.get_running_loop().time()


def test_an_edge_that_comes_during_the_cleanup_cuts_the_cleanup_off() -> None:
    told: list[str] = []

    async def sleepy() -> None:
        try:
            told.append("sleeps")
            await asyncio.sleep(0)
            told.append("awake")
        finally:
            told.append("cleans up")
            await asyncio.sleep(0)
            told.append("clean")

    async def main() -> None:
        task = asyncio.create_task(sleepy())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    lab.run(main)
    assert told == ["sleeps", "awake", "cleans up"]


def test_a_shield_of_anyio_does_not_keep_a_cancel_of_the_task_away() -> None:
    ended: list[float] = []

    async def cleans_up() -> None:
        try:
            with anyio.CancelScope(shield=True):
                await asyncio.sleep(9)
        finally:
            ended.append(now())

    async def main() -> None:
        task = asyncio.create_task(cleans_up())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])

    lab.run(main)
    assert ended == [1.0]


def test_except_exception_lets_a_timeout_through() -> None:
    async def robust() -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(1)
            except Exception:
                continue

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await robust()

    assert lab.run(main).elapsed == 0.5


@pytest.mark.parametrize("shield", [False, True])
def test_a_scope_asks_in_each_turn_whoever_waits_on_and_a_shield_spares_that(shield: bool) -> None:
    async def waits_on() -> None:
        task = asyncio.create_task(asyncio.sleep(1))
        with anyio.CancelScope(shield=shield):
            while not task.done():
                try:
                    await asyncio.wait([task])
                except asyncio.CancelledError:
                    continue

    async def main() -> int:
        loop: Any = asyncio.get_running_loop()
        before: int = loop.turns
        with anyio.move_on_after(0.5):
            await waits_on()
        return int(loop.turns) - before

    turns = lab.run(main).result
    assert (turns < 20) is shield


def test_a_plain_generator_is_closed_there_and_then() -> None:
    noted: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(9)
        finally:
            noted.append("closed")

    for number in numbers():
        if number == 3:
            break
    noted.append("behind the loop")
    assert noted == ["closed", "behind the loop"]


def test_a_generator_that_somebody_keeps_stays_open() -> None:
    noted: list[str] = []

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            for number in range(9):
                yield number
        finally:
            noted.append("closed")

    async def main() -> list[str]:
        kept = numbers()
        async for number in kept:
            if number == 3:
                break
        await asyncio.sleep(60)
        before = list(noted)
        await kept.aclose()
        return before

    assert lab.run(main).result == []
    assert noted == ["closed"]


def test_a_task_that_swallows_its_cancellation_holds_up_its_group() -> None:
    async def swallows() -> None:
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            await asyncio.sleep(5)

    async def fails() -> None:
        await asyncio.sleep(1)
        raise LookupError

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(swallows())
            group.create_task(fails())

    run = lab.run(main, catch=True)
    assert isinstance(run.error, ExceptionGroup)
    assert run.elapsed == 6.0


@pytest.mark.parametrize("watched", [False, True])
def test_who_stays_gets_the_whole_answer_watched_or_not(watched: bool) -> None:
    async def works(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.4)
        ended.append(now())

    def stops_for_nobody(app: Any) -> Any:
        async def around(scope: Any, receive: Any, send: Any) -> None:
            async def watch() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                work.cancel()

            work = asyncio.create_task(app(scope, receive, send))
            watcher = asyncio.create_task(watch())
            await asyncio.wait([work])
            watcher.cancel()

        return around

    async def main() -> None:
        app = stops_for_nobody(works) if watched else works
        async with (
            lab.serve(app, lifespan=False, raise_app_exceptions=False) as server,
            server.connect("GET", "/"),
        ):
            await asyncio.sleep(0.6)

    ended: list[float] = []
    lab.run(main)
    assert ended == [0.4]
