"""A loop that records every step of its tasks.

It is a mixin, so that the virtual loop and the real one record in the same way. What it adds
stands around asyncio's own `Handle._run`; the order in which things run is not touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, TypeVarTuple, cast

from checker.lab import where
from checker.lab.current import local
from checker.lab.errors import name_of
from checker.lab.refusals import is_of_interpreters
from checker.lab.steps import StepMeter
from checker.lab.tasks import LabTask, Numbered
from checker.trace import ENDED, Cancel, Got, Lane, Ran, Recorder

_Ts = TypeVarTuple("_Ts")

# The callbacks by which asyncio steps a task: its first step, and the one after a wait.
_STEPS = (None, "task_wakeup")

# These stand in the path of every callback, so they go the short way: without `super()`, and
# without the constructor of a NamedTuple, which is written in Python.
_run: Callable[[Any], None] = asyncio.Handle._run
_new = tuple.__new__


class TracedHandle(asyncio.Handle):
    """A callback that knows since when it could run."""

    __slots__ = ("since",)

    def __init__(self, callback: Any, args: Any, loop: Any, context: Context | None) -> None:
        super().__init__(callback, args, loop, context)
        cause_ns = loop.cause_ns
        self.since = cause_ns if cause_ns >= 0 else loop.now_ns()

    def _run(self) -> None:
        self._loop.step(self, self.since)  # type: ignore[attr-defined]


class TracedTimer(asyncio.TimerHandle):
    """A timer: it could run since its deadline."""

    __slots__ = ()

    def _run(self) -> None:
        since = round(self._when * 1e9) - self._loop.origin_ns  # type: ignore[attr-defined]
        self._loop.step(self, since)  # type: ignore[attr-defined]


class TracedTask(LabTask):
    """A task that records its name, and who cancels it."""

    __slots__ = ("born",)
    born: int  # which of the recorder's events began its lane

    def set_name(self, value: object) -> None:
        """As asyncio's. A TaskGroup names its tasks after it has made them."""
        super().set_name(value)
        recorder = cast("Any", self.get_loop()).recorder
        if not recorder.ended:
            lane = recorder.events[self.born]
            recorder.events[self.born] = lane._replace(name=self.get_name())

    def cancel(self, msg: Any = None) -> bool:
        """As asyncio's."""
        if not self.done():
            loop: Any = self.get_loop()
            by = loop.names.running()
            loop.recorder.add(Cancel(loop.now_ns(), self.lane, by, where.here(2)))
        return super().cancel(msg)


class Traced(Numbered):
    """The mixin. `now_ns` is the time of the trace."""

    Handle = TracedHandle
    Timer = TracedTimer
    Task = TracedTask
    recorder: Recorder
    now_ns: Callable[[], int]
    origin_ns = 0
    # Since when the callback that runs now could run, if it runs late. A timer that comes late,
    # because code held the loop, makes its task ready late; but the task could have run since the
    # deadline.
    cause_ns = -1

    def trace_with(self, recorder: Recorder, now_ns: Callable[[], int]) -> None:
        """Record into `recorder`."""
        self.recorder = recorder
        self.now_ns = now_ns
        self.meter = StepMeter()
        self.on_suspended: Callable[..., None] | None = None

    def _run_once(self) -> None:
        self.meter.begin_turn()
        super()._run_once()  # type: ignore[misc]

    def step(self, handle: Any, since: int) -> None:
        """Run a callback; if it is a task's step, record the step and how it was left."""
        now = self.now_ns()
        callback = handle._callback
        task = getattr(callback, "__self__", None)
        if isinstance(task, TracedTask) and getattr(callback, "__name__", None) in _STEPS:
            _run(handle)
            self._record(task, now, since if since < now else now)
            self.meter.end_step(task, now)
            return
        self.cause_ns = since if since < now else -1
        try:
            _run(handle)
        finally:
            self.cause_ns = -1

    def _record(self, task: Any, began: int, since: int) -> None:
        lasted = self.now_ns() - began
        on = at = ""
        if task.done():
            if task.cancelled():
                then = "cancelled"
            elif task._exception is None:
                then = "returned"
            else:
                then, on = "raised", name_of(task._exception)
        elif task._fut_waiter is None:
            then = "ready"
        else:
            at, on, queued = where.suspension(task)
            then = "queued" if queued else "waiting"
        self.recorder.add(_new(Ran, (began, task.lane, since, lasted, then, on, at)))
        if self.on_suspended is not None and then not in ENDED and not self.recorder.ended:
            self.on_suspended(task)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None, **more: Any) -> Any:
        """As asyncio's."""
        task = super().create_task(coro, name=name, context=context, **more)
        if isinstance(task, TracedTask):
            task.born = len(self.recorder.events)
            by, at = self.names.running(), where.here(2)
            self.recorder.add(Lane(self.now_ns(), task.lane, "task", task.get_name(), by, at))
        return task

    def run_in_executor(
        self, executor: Any, func: Callable[[*_Ts], Any], *args: *_Ts
    ) -> asyncio.Future[Any]:
        """As asyncio's. When a job had to wait for a thread, the trace says when it got one."""
        asked = self.now_ns()
        lane = self.names.running()

        def job(*job_args: *_Ts) -> Any:
            now = self.now_ns()
            if now > asked and lane and local.strand is not None:
                self.recorder.add(Got(now, lane, local.strand.name))
            return func(*job_args)

        in_thread = executor is None or isinstance(executor, ThreadPoolExecutor)
        if in_thread and not is_of_interpreters(executor):
            return super().run_in_executor(executor, job, *args)
        return super().run_in_executor(executor, func, *args)
