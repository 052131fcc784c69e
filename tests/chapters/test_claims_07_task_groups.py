"""What chapter 07 says of groups and shows in no cell of its own is so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from checker import lab


async def nap(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


def test_the_body_of_a_block_that_raises_has_its_tasks_cancelled_and_awaited() -> None:
    ends: list[float] = []

    async def slow_to_go() -> None:
        try:
            await asyncio.sleep(9)
        finally:
            await asyncio.sleep(2)
            ends.append(asyncio.get_running_loop().time())

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow_to_go())
            await asyncio.sleep(1)
            raise LookupError

    run = lab.run(main, catch=True)
    assert isinstance(run.error, ExceptionGroup)
    assert [type(each) for each in run.error.exceptions] == [LookupError]
    assert (ends, run.elapsed) == ([3.0], 3.0)


async def breaks(seconds: float) -> None:
    await asyncio.sleep(seconds)
    raise LookupError


async def breaks_when_cancelled() -> None:
    try:
        await asyncio.sleep(9)
    except asyncio.CancelledError:
        raise ValueError from None


def test_an_error_of_a_cleanup_is_in_the_group_beside_the_first() -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(breaks(1))
            group.create_task(breaks_when_cancelled())

    run = lab.run(main, catch=True)
    assert isinstance(run.error, ExceptionGroup)
    assert {type(each) for each in run.error.exceptions} == {LookupError, ValueError}


@pytest.mark.parametrize(
    ("jobs", "kind"),
    [([breaks], LookupError), ([breaks, breaks_when_cancelled], ExceptionGroup)],
    ids=["alone", "beside another"],
)
def test_what_a_clause_with_a_star_raises_goes_out_bare_if_it_is_alone(
    jobs: list[Callable[..., Awaitable[Any]]], kind: type[Exception]
) -> None:
    async def main() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:
                    group.create_task(job(1) if job is breaks else job())  # type: ignore[arg-type]
        except* LookupError as errors:
            raise errors.exceptions[0] from None

    assert type(lab.run(main, catch=True).error) is kind


def test_a_cancelled_task_of_a_sound_group_raises_when_its_result_is_read() -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(nap(2))
            asyncio.get_running_loop().call_later(1.5, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            task.result()

    lab.run(main)


def test_anyio_returns_handles_with_the_results() -> None:
    async def main() -> list[float]:
        async with anyio.create_task_group() as group:
            handles = [group.start_soon(nap, seconds) for seconds in (1, 3, 2)]
        return [handle.return_value for handle in handles]

    assert lab.run(main).result == [1, 3, 2]
