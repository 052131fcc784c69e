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
_POOLS = ("concurrent.futures", "anyio")
# What stands below the work of a thread.
_STARTERS = {
    "Thread._bootstrap",
    "Thread._bootstrap_inner",
    "Thread.run",
    "WorkerContext.initialize",
    "WorkerContext.run",
    "WorkerThread.run",
    "_WorkItem.run",
    "_worker",
    "Threads._run",
    "Threads.launch.<locals>.run_as_strand",
    "Traced.run_in_executor.<locals>.job",
}
# How a worker of a pool stands that waits for a job: no line of the program, and a queue.
_IDLE = {("", ""), ("", "SimpleQueue.get"), ("", "Queue.get"), ("", "ProcessPoolExecutor")}

# When a wait ends, by what is waited for.
_ENDS = {
    "Barrier.wait": "once all its parties have come: some never do, or have gone again",
    "Condition.wait": "when somebody notifies",
    "Condition.wait_for": "when somebody makes it true, and notifies",
    "Event.wait": "when somebody sets the event",
    "Future.result": "when somebody finishes it",
    "Lock.acquire": "when who holds the lock releases it; nobody can take it twice",
    "Queue.get": "when somebody puts; if no more comes, cancel who gets, or put an end mark",
    "Queue.join": "when each item that was taken got its task_done()",
    "Queue.put": "when somebody gets: the queue is full",
    "RLock.acquire": "when who holds the lock releases it",
    "Semaphore.acquire": "when a slot is given back: hold it with `async with`",
    "SimpleQueue.get": "when somebody puts",
    "Thread.join": "when the thread ends",
    "a future": "when somebody finishes it",
}
_LOCK = (
    "A threading.Lock that is held across an await stops the whole loop as soon as a second task "
    "wants it. Use asyncio.Lock, with `async with`."
)
_TWICE = "It holds that lock already. A Lock cannot be taken twice; an RLock can, by its thread."
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
        return (
            f"  {self.name} waits for {self.on or 'its start'}{_at(self.at)}{_held_by(self.holder)}"
        )


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
    wait = f"waits for {on}{_at(at)}{_held_by(holder)}"
    advice = _HELD if not holder else _TWICE if holder == name else _LOCK
    return [f"  {name} holds the loop itself, and {wait}", advice]


def _advice(waits: list[_Wait]) -> list[str]:
    if any(wait.holder == wait.name for wait in waits):
        return [_TWICE]
    if any(wait.holder in {other.name for other in waits if other.holder} for wait in waits):
        return [_ORDER]
    known = dict.fromkeys(wait.on for wait in waits if wait.on in _ENDS)
    return [f"A wait for {on} ends {_ENDS[on]}." for on in known]


def _waiting_tasks(machine: Machine) -> list[_Wait]:
    current = asyncio.current_task(machine.loop)
    tasks: list[Any] = [
        task
        for task in asyncio.all_tasks(machine.loop)
        if not task.done() and task is not current and not _is_own(task)
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
        if strand.ended or is_idle(strand):
            continue
        at, on = stand(strand)
        holder = machine.locks.holder(strand) if on.endswith("Lock.acquire") else ""
        waits.append(_Wait(strand.name, on or strand.on, at, holder))
    return waits


def _is_own(task: Any) -> bool:
    """Whether the lab began a task itself, to tidy up."""
    return str(getattr(task.get_coro(), "__qualname__", "")).startswith("BaseEventLoop.")


def is_idle(strand: Strand) -> bool:
    """Whether this is a worker of a pool without a job, or the one that ends them."""
    target = getattr(strand.thread, "_target", None)
    if getattr(target, "__name__", "") == "_do_shutdown":
        return True
    modules = getattr(target, "__module__", ""), type(strand.thread).__module__
    of_pool = strand.process != 0 or any(name.startswith(_POOLS) for name in modules)
    return of_pool and stand(strand) in _IDLE


def stand(strand: Strand, frame: FrameType | None = None) -> tuple[str, str]:
    """The line of the program at which a strand stands, and what it called there to wait.

    A thread may have been started to do nothing but wait: then there is no line.
    """
    if frame is None and strand.thread is not None and strand.thread.ident is not None:
        frame = sys._current_frames().get(strand.thread.ident)
    inner: FrameType | None = None
    called = ""
    while frame is not None and frame.f_code.co_name != "_run_once":
        if name := where.label(frame.f_code.co_filename):
            return f"{name}:{frame.f_lineno}", _called(strand, inner)
        if frame.f_code.co_qualname not in _STARTERS:
            called = _called(strand, frame)
        inner, frame = frame, frame.f_back
    return "", called


def _called(strand: Strand, frame: FrameType | None) -> str:
    if frame is None:
        return ""
    if where.is_lab(frame.f_code.co_filename):
        return strand.on
    return frame.f_code.co_qualname


def _at(at: str) -> str:
    return f" at {at}" if at else ""


def _held_by(holder: str) -> str:
    return f", which {holder} holds" if holder else ""


def capped(lines: Iterable[object], noun: str) -> list[str]:
    """The first of many lines, and how many more there are."""
    shown = [str(line) for line in lines]
    if len(shown) > _SHOWN:
        return [*shown[:_SHOWN], f"  and {len(shown) - _SHOWN} more {noun}"]
    return shown
