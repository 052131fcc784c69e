"""Tasks and futures with numbers, so that sets of them have an order.

asyncio keeps tasks in sets (`all_tasks`, the children of a TaskGroup, the result of `wait`), and
a set of ordinary objects is walked in the order of their addresses: another one in each
process. These hash by the order in which they were made.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.lab.names import Names

if TYPE_CHECKING:
    _Task = asyncio.Task[Any]
    _Future = asyncio.Future[Any]
else:
    _Task, _Future = asyncio.Task, asyncio.Future


# Coroutines know who called them while the run has begun no more lanes than this. Fifty thousand
# requests make a million coroutines, and each would keep a line of its own.
REMEMBERED = 1_000


class LabTask(_Task):
    """A task that knows its lane."""

    __slots__ = ("lane", "name_is_ours")
    lane: int
    name_is_ours: bool

    def __hash__(self) -> int:
        return self.lane

    def set_name(self, value: object) -> None:
        """As asyncio's. Until Python 3.13 it names its tasks after it has made them."""
        if self.name_is_ours:
            self.name_is_ours = False
            self.get_loop().names.take_back(self.get_name())  # type: ignore[attr-defined]
        super().set_name(value)


class LabFuture(_Future):
    """A future that knows its number."""

    __slots__ = ("number",)
    number: int

    def __hash__(self) -> int:
        return self.number


class Elsewhere(LabFuture):
    """A wait for what a task does in another process. There its suspensions are counted."""

    __slots__ = ()


class Numbered(asyncio.BaseEventLoop):
    """A loop whose tasks are named and numbered by the run, not by the process."""

    # What the loop makes; a traced loop makes its own.
    Task: type[LabTask] = LabTask
    Handle: type[asyncio.Handle] = asyncio.Handle
    Timer: type[asyncio.TimerHandle] = asyncio.TimerHandle
    names: Names
    _next_future: Callable[[], int]

    def number_with(self, names: Names) -> None:
        """Use the names of this run."""
        self.names = names
        self._next_future = itertools.count().__next__

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None, **more: Any) -> Any:
        """As asyncio's, with a name of the lab's where the program gives none."""
        factory = self.get_task_factory()
        if factory is not None:
            if factory is not getattr(asyncio, "eager_task_factory", None):
                return super().create_task(coro, name=name, context=context, **more)
            more["eager_start"] = True
        self._check_closed()  # type: ignore[attr-defined]
        task = self.Task.__new__(self.Task)
        # Before anything else: the task is put into a set as it is made.
        task.lane = self.names.lane()
        if task.lane > REMEMBERED:
            sys.set_coroutine_origin_tracking_depth(0)
        task.name_is_ours = name is None
        name = self.names.task(coro) if name is None else name
        task.__init__(coro, loop=self, name=name, context=context, **more)  # type: ignore[misc]
        return task

    def create_future(self, kind: type[LabFuture] = LabFuture) -> Any:
        """As asyncio's."""
        future = kind(loop=self)
        future.number = self._next_future()
        return future
