"""What the other side of a wall awaits on this one: the `receive` and `send` of an ASGI app.

A coroutine that needs no time is done at once, as it would be without a wall, and nothing else
comes in between. One that has to wait goes on in a task of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from checker.attempt.frames import Broken, Message, pack, unpack
from checker.attempt.lent import described

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_MOST = 100_000  # at once


class Awaited:
    """What is awaited in one run."""

    def __init__(self, machine: Machine, tell: Callable[[Message], None]) -> None:
        self._machine, self._tell = machine, tell
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._numbers = 0

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Message:
        """The reply: what came of it, or the number under which it will be told."""
        try:
            waits_for = coroutine.send(None)
        except StopIteration as done:
            return ["value", ["now", pack(done.value)]]
        except Exception as error:
            return ["raise", described(error)]
        if len(self._tasks) >= _MOST:
            raise Broken("more is awaited at once than can be")
        self._numbers += 1
        rest = self._finish(self._numbers, _Rest(coroutine, waits_for))
        self._tasks[self._numbers] = self._machine.loop.create_task(rest, name="the wire")
        return ["value", ["later", self._numbers]]

    def drop(self, number: int) -> None:
        """Nobody waits for it any more."""
        task = self._tasks.pop(number, None)
        if task is not None:
            task.cancel()

    async def _finish(self, number: int, rest: _Rest) -> None:
        try:
            outcome = ["value", pack(await rest)]
        except Exception as error:
            outcome = ["raise", described(error)]
        if self._tasks.pop(number, None) is not None:
            self._tell(["resume", number, outcome])


def called(way: Callable[..., Any], args: list[Any]) -> Any:
    """What is to be awaited."""
    try:
        return way(*(unpack(each) for each in args))
    except TypeError:
        raise Broken("other arguments than it takes") from None


class _Rest:
    """The rest of a coroutine of which the first step was taken."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, waits_for = self._coroutine, self._waits_for
        while True:
            try:
                got = yield waits_for
            except BaseException as error:
                step: Any = (coroutine.throw, error)
            else:
                step = (coroutine.send, got)
            try:
                waits_for = step[0](step[1])
            except StopIteration as done:
                return done.value
