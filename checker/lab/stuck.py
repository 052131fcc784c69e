"""A program that is stuck: who waits for what, at which line, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.lab import where
from checker.lab.clock import NS, Strand
from checker.lab.errors import Deadlock

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_SHOWN = 20  # of those who wait; the rest is counted

# What must happen for a wait to end, by what is waited for.
_ADVICE = {
    "Barrier.wait": "a barrier needs all its parties: some never come, or have gone",
    "Condition.wait": "somebody must notify",
    "Condition.wait_for": "somebody must make it true, and notify",
    "Event.wait": "somebody must set the event",
    "Future.result": "somebody must finish the future",
    "Lock.acquire": "who holds the lock must release it; nobody can take it twice",
    "Queue.get": "somebody must put; when no more comes, cancel who gets, or put an end mark",
    "Queue.join": "each item that was taken needs a task_done()",
    "Queue.put": "the queue is full: somebody must get",
    "Semaphore.acquire": "a slot must be given back: hold it with `async with`",
    "Thread.join": "the thread must end",
    "a future": "somebody must finish the future",
    "asyncio.wait_for": "somebody must finish it",
}
_LOCK = (
    "A threading.Lock that is held across an await stops the whole loop as soon as a second task "
    "wants it. Use asyncio.Lock, with `async with`."
)
_ORDER = "Each holds what the other waits for. Take locks in the same order everywhere."
_HELD = (
    "As long as it waits there, no task can run, and only a task could end its wait. Await "
    "instead: asyncio has its own Event, Lock and Queue, `await asyncio.wrap_future(future)` waits "
    "for a future of threads, and `await asyncio.to_thread(...)` waits in a thread."
)


class _Wait(NamedTuple):
    name: str
    on: str
    at: str
    holder: str = ""  # who holds the lock that it waits for

    def __str__(self) -> str:
        held = f", which {self.holder} holds" if self.holder else ""
        return f"  {self.name} waits for {self.on or 'its start'}{held}" + _in(self.at)


def deadlock(machine: Machine) -> Deadlock:
    """Nothing is left that could wake anyone."""
    ended = machine.main is not None and machine.main.done()
    begin = "main has ended, but the program is stuck" if ended else "the program is stuck"
    lines = [f"{begin} at {machine.clock.now / NS:g} s: nothing is left that could wake it."]
    tasks, threads = _waiting_tasks(machine), _waiting_threads(machine)
    lines += capped(tasks, "tasks") + capped(threads, "threads")
    current = asyncio.current_task(machine.loop)
    if current is None:
        lines += _advice([*tasks, *threads])
    else:
        lines += _held_loop(machine, current.get_name())
    return Deadlock("\n".join(lines))


def _held_loop(machine: Machine, name: str) -> list[str]:
    at, on = stand(machine.strand, sys._getframe(2))
    holder = machine.locks.holder(machine.strand) if on == "Lock.acquire" else ""
    which = f", which {holder} holds" if holder else ""
    lines = [f"  {name} holds the loop itself, and waits for {on}{which}{_in(at)}"]
    return [*lines, _LOCK if holder else _HELD]


def _advice(waits: list[_Wait]) -> list[str]:
    if any(wait.holder in {other.name for other in waits if other.holder} for wait in waits):
        return [_ORDER]
    known = dict.fromkeys(_ADVICE[wait.on] for wait in waits if wait.on in _ADVICE)
    return ["; ".join(known) + "."] if known else []


def _waiting_tasks(machine: Machine) -> list[_Wait]:
    current = asyncio.current_task(machine.loop)
    tasks: list[Any] = [
        task
        for task in asyncio.all_tasks(machine.loop)
        if not task.done() and task is not current and getattr(task, "lane", -1) >= 0
    ]
    tasks.sort(key=lambda task: task.lane)
    waits = []
    for task in tasks:
        at, on, _ = where.suspension(task)
        waits.append(_Wait(task.get_name(), on, at))
    return waits


def _waiting_threads(machine: Machine) -> list[_Wait]:
    waits = []
    for strand in list(machine.threads.strands.values()):
        if strand.ended or strand.lane < 0 or is_idle(strand):
            continue
        at, on = stand(strand)
        holder = machine.locks.holder(strand) if on.endswith("Lock.acquire") else ""
        waits.append(_Wait(strand.name, on or strand.on, at, holder))
    return waits


def is_idle(strand: Strand) -> bool:
    """Whether this is a worker of a pool, without a job."""
    target = getattr(strand.thread, "_target", None)
    of_pool = getattr(target, "__module__", None) == "concurrent.futures.thread"
    of_pool = of_pool or type(strand.thread).__module__.startswith("anyio.") or strand.process != 0
    return of_pool and not stand(strand)[0]


def stand(strand: Strand, frame: FrameType | None = None) -> tuple[str, str]:
    """The line of the program at which a strand stands, and what it called there to wait."""
    if frame is None and strand.thread is not None and strand.thread.ident is not None:
        frame = sys._current_frames().get(strand.thread.ident)
    inner: FrameType | None = None
    while frame is not None and frame.f_code.co_name != "_run_once":
        if name := where.label(frame.f_code.co_filename):
            return f"{name}:{frame.f_lineno}", _called(strand, inner)
        inner, frame = frame, frame.f_back
    return "", ""


def _called(strand: Strand, inner: FrameType | None) -> str:
    if inner is None:
        return ""
    if where.is_lab(inner.f_code.co_filename):
        return strand.on
    return inner.f_code.co_qualname


def _in(at: str) -> str:
    return f" at {at}" if at else ""


def capped(lines: Iterable[object], noun: str) -> list[str]:
    """The first of many lines, and how many more there are."""
    shown = [str(line) for line in lines]
    if len(shown) > _SHOWN:
        return [*shown[:_SHOWN], f"  and {len(shown) - _SHOWN} more {noun}"]
    return shown
