"""The lab's answers, in words: why a program cannot go on, who waits for what, and where."""

from __future__ import annotations

import asyncio
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from checker.lab import where
from checker.lab.clock import NS, PASSES_LIMIT, Strand
from checker.lab.errors import Deadlock, Interrupted, Livelock, ThreadStuck

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_SHOWN = 20  # of those who wait; the rest is counted

SPIN = (
    "a cancelled task cleans up, and anyio cancels it again on every turn of the loop; for real "
    "this keeps a core busy until the cleanup is done"
)


def deadlock(machine: Machine) -> Deadlock:
    """Nothing is left that could wake anyone."""
    lines = [f"at {_seconds(machine)} nothing is left that could wake anyone."]
    lines += _waiting_tasks(machine)
    lines += _waiting_threads(machine)
    current = asyncio.current_task(machine.loop)
    if current is not None:
        lines.append(
            f"  The loop itself is held by {current.get_name()} at {where.here(4)}: as long as it "
            "waits there, no task can run and wake it. Await instead, or wait in a thread."
        )
    else:
        lines.append("  Somebody must set, release, cancel or finish what they wait for.")
    return Deadlock("\n".join(lines))


def livelock(machine: Machine) -> Livelock:
    """The program steps without end, and time stands still."""
    names = sorted({_handle_name(handle) for handle in machine.loop._ready})
    return Livelock(
        f"the loop went round {machine.loop.turns_limit:,} times at {_seconds(machine)}, and the "
        f"clock did not move: {', '.join(names[:_SHOWN])} kept running. To wait for something, "
        "await it (an event, a future, a queue); sleep(0) in a loop only burns CPU."
    )


def threads_spin(machine: Machine) -> Livelock:
    """Threads wake each other without end, and time stands still."""
    names = sorted(s.name for s in machine.threads.strands.values() if not s.ended)
    return Livelock(
        f"threads took {PASSES_LIMIT:,} turns at {_seconds(machine)}, and the clock did not move: "
        f"{', '.join(names[:_SHOWN])} wake each other without end; one of them must wait for "
        "something that takes time, or end."
    )


def thread_stuck(machine: Machine) -> ThreadStuck:
    """A thread holds the baton and does not give it back."""
    strand = machine.clock.holder
    return ThreadStuck(
        f"{strand.name} has run for {machine.patience_s:g} s of real time without an end, a sleep "
        f"or a wait; it stands at {_stands_at(strand) or 'a call into C'}. A loop that polls needs "
        "a wait in it; for long computing use lab.cpu(seconds)."
    )


def threads_left(stuck: list[Strand]) -> str:
    """Threads that could not be ended: they sit in a call that Python cannot interrupt."""
    places = ", ".join(f"{s.name} at {_stands_at(s) or 'a call into C'}" for s in stuck)
    return (
        f"{places} did not end when the run did: it is in a call that Python cannot interrupt, and "
        "ends once that returns; to be rid of it now, restart the kernel"
    )


def interrupted(machine: Machine) -> Interrupted:
    """Stopped by the user."""
    at = f", in {machine.stopped_at}" if machine.stopped_at else ""
    return Interrupted(f"stopped by Ctrl-C at {_seconds(machine)} of the program's time{at}")


def standing(machine: Machine, frame: FrameType | None) -> str:
    """What runs at this moment, and at which line: a task or a thread."""
    holder = machine.clock.holder
    if holder is not machine.strand:
        name, at = holder.name, _stands_at(holder)
    else:
        task = asyncio.current_task(machine.loop)
        name, at = task.get_name() if task else "a callback", where.of_frame(frame)
    return f"{name} at {at}" if at else ""


def endless(machine: Machine) -> Livelock:
    """The program has ended, but a task does not."""
    tasks = [task for task in asyncio.all_tasks(machine.loop) if not task.done()]
    lines = sorted(_task_line(task, "goes on") for task in tasks if task.get_name() != "tidying up")
    return Livelock(
        "main ended, and every task that was left was cancelled, as asyncio.run does; it would now "
        "wait for ever, since a cancellation was swallowed. Let CancelledError pass, or end the "
        "loop that catches it:\n" + "\n".join(_capped(lines, "tasks"))
    )


def unsafe(callback: Any) -> str:
    """`call_soon` was called from a thread."""
    name = getattr(callback, "__qualname__", None) or repr(type(callback).__name__)
    return (
        f"loop.call_soon({name}) from a thread does not wake the loop: it runs whenever the loop "
        "wakes for another reason; use loop.call_soon_threadsafe"
    )


def thread_at(strand: Strand) -> str:
    """Where the program waits in this thread, or "" for a worker without a job."""
    return _stands_at(strand)


def _seconds(machine: Machine) -> str:
    return f"{machine.clock.now / NS:g} s"


def _waiting_tasks(machine: Machine) -> list[str]:
    current = asyncio.current_task(machine.loop)
    tasks: list[Any] = [
        task
        for task in asyncio.all_tasks(machine.loop)
        if not task.done() and task is not current and isinstance(task, asyncio.Task)
    ]
    tasks.sort(key=lambda task: task.lane)
    return _capped([_task_line(task, "waits") for task in tasks], "tasks")


def _task_line(task: asyncio.Task[Any], does: str) -> str:
    at, on, _ = where.suspension(task)
    return f"  {task.get_name()} {does}, for {on or 'its start'}" + (f" at {at}" if at else "")


def _waiting_threads(machine: Machine) -> list[str]:
    lines = []
    for strand in machine.threads.strands.values():
        at = "" if strand.ended else _stands_at(strand)
        if at:
            lines.append(f"  {strand.name} waits at {at}")
    return _capped(lines, "threads")


def _capped(lines: list[str], noun: str) -> list[str]:
    if len(lines) > _SHOWN:
        return [*lines[:_SHOWN], f"  and {len(lines) - _SHOWN} more {noun}"]
    return lines


def _stands_at(strand: Strand) -> str:
    ident = strand.thread.ident if strand.thread is not None else None
    frame = sys._current_frames().get(ident) if ident is not None else None
    return where.of_frame(frame)


def _handle_name(handle: Any) -> str:
    task = getattr(handle._callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return task.get_name()
    return str(getattr(handle._callback, "__qualname__", "a callback"))
