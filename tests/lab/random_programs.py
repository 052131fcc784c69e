"""Random programs as data, and what runs them.

A program is a list of tasks, a task a list of steps. A step that waits is followed by one line in
the log, so the log tells the order of everything. Lengths of time are few, so that ties are common.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

LOCKS = 3


class Step(NamedTuple):
    """One thing that a task does."""

    kind: str
    lasts: float = 0  # how long, in seconds
    which: int = 0  # which lock, event, queue or task
    inner: tuple[Step, ...] = ()


Program = tuple[tuple[Step, ...], ...]

_lasts = st.sampled_from([0, 0.1, 0.1, 0.2, 0.5])
_which = st.integers(0, LOCKS - 1)
_plain = st.one_of(
    st.builds(Step, st.just("sleep"), _lasts),
    st.builds(Step, st.just("turn")),
    st.builds(Step, st.sampled_from(["set", "wait", "cancel"]), _lasts, _which),
)
_threaded = st.one_of(
    st.builds(Step, st.sampled_from(["block", "thread"]), _lasts),
    st.builds(Step, st.sampled_from(["thread lock", "thread set", "thread wait"]), _lasts, _which),
)


def _nested(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    inner = st.lists(steps, max_size=3).map(tuple)
    kinds = st.sampled_from(["lock", "timeout", "group", "cleanup"])
    return st.builds(Step, kinds, _lasts, _which, inner)


def programs(threads: bool) -> st.SearchStrategy[Program]:
    """Programs of a few tasks; with threads and their locks, or without."""
    leaf = st.one_of(_plain, _threaded) if threads else _plain
    step = st.recursive(leaf, _nested, max_leaves=4)
    return st.lists(st.lists(step, min_size=1, max_size=5).map(tuple), max_size=5).map(tuple)


class Interpreter:
    """Runs a program, on whatever loop it finds, and keeps a log."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.log: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def main(self) -> list[str]:
        """Every task at once, to its end."""
        self.locks = [asyncio.Lock() for _ in range(LOCKS)]
        self.events = [asyncio.Event() for _ in range(LOCKS)]
        self.thread_locks = [threading.Lock() for _ in range(LOCKS)]
        self.thread_events = [threading.Event() for _ in range(LOCKS)]
        self.tasks = [
            asyncio.create_task(self._task(f"t{n}", steps)) for n, steps in enumerate(self.program)
        ]
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.log

    async def _task(self, name: str, steps: tuple[Step, ...]) -> None:
        try:
            for number, step in enumerate(steps):
                await self._step(f"{name}.{number}", step)
        except asyncio.CancelledError:
            self.log.append(f"{name} cancelled")
            raise
        self.log.append(f"{name} done")

    async def _step(self, name: str, step: Step) -> None:
        loop = asyncio.get_running_loop()
        await getattr(self, "_" + step.kind.replace(" ", "_"))(name, step)
        self.log.append(f"{name} {step.kind} {loop.time():.3f}")

    async def _sleep(self, name: str, step: Step) -> None:
        await asyncio.sleep(step.lasts)

    async def _turn(self, name: str, step: Step) -> None:
        await asyncio.sleep(0)

    async def _set(self, name: str, step: Step) -> None:
        self.events[step.which].set()

    async def _wait(self, name: str, step: Step) -> None:
        await self.events[step.which].wait()

    async def _cancel(self, name: str, step: Step) -> None:
        self.tasks[step.which % len(self.tasks)].cancel()
        await asyncio.sleep(step.lasts)

    async def _lock(self, name: str, step: Step) -> None:
        async with self.locks[step.which]:
            await asyncio.sleep(step.lasts)
            for number, inner in enumerate(step.inner):
                await self._step(f"{name}.{number}", inner)

    async def _timeout(self, name: str, step: Step) -> None:
        try:
            async with asyncio.timeout(step.lasts):
                for number, inner in enumerate(step.inner):
                    await self._step(f"{name}.{number}", inner)
        except TimeoutError:
            self.log.append(f"{name} timed out")

    async def _group(self, name: str, step: Step) -> None:
        async with asyncio.TaskGroup() as group:
            for number, inner in enumerate(step.inner):
                group.create_task(self._step(f"{name}.{number}", inner))

    async def _cleanup(self, name: str, step: Step) -> None:
        try:
            for number, inner in enumerate(step.inner):
                await self._step(f"{name}.{number}", inner)
        finally:
            await asyncio.sleep(step.lasts)
            self.log.append(f"{name} cleaned up")

    # With threads.

    async def _block(self, name: str, step: Step) -> None:
        time.sleep(step.lasts)

    async def _thread(self, name: str, step: Step) -> None:
        await asyncio.to_thread(self._in_thread, name, lambda: time.sleep(step.lasts))

    async def _thread_lock(self, name: str, step: Step) -> None:
        def work() -> None:
            with self.thread_locks[step.which]:
                time.sleep(step.lasts)

        await asyncio.to_thread(self._in_thread, name, work)

    async def _thread_set(self, name: str, step: Step) -> None:
        await asyncio.to_thread(self.thread_events[step.which].set)

    async def _thread_wait(self, name: str, step: Step) -> None:
        event = self.thread_events[step.which]
        await asyncio.to_thread(self._in_thread, name, lambda: event.wait(step.lasts or None))

    def _in_thread(self, name: str, work: Callable[[], Any]) -> None:
        work()
        self.log.append(f"{name} in a thread {time.monotonic():.3f}")
