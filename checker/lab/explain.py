"""The lab's answers, in words: why a program did not end by itself, and where it stood."""

from __future__ import annotations

import asyncio
from types import FrameType
from typing import TYPE_CHECKING, Any

from checker.lab import where
from checker.lab.clock import NS, PASSES_LIMIT, Strand
from checker.lab.errors import Interrupted, Livelock, ThreadStuck
from checker.lab.stuck import capped, stand

if TYPE_CHECKING:
    from checker.lab.machine import Machine

SPIN = (
    "a cancelled task cleans up, and anyio cancels it again on every turn of the loop; for real "
    "this keeps a core busy until the cleanup is done"
)


def livelock(machine: Machine) -> Livelock:
    """The program steps without end, and time stands still."""
    names = sorted({_handle_name(handle) for handle in machine.loop._ready})
    return Livelock(
        f"the loop went round {machine.loop.turns_limit:,} times at {_seconds(machine)}, and the "
        f"clock did not move: {', '.join(capped(names, 'tasks'))} kept running. To wait for "
        "something, await it (an event, a future, a queue); sleep(0) in a loop only burns CPU."
    )


def threads_spin(machine: Machine) -> Livelock:
    """Threads wake each other without end, and time stands still."""
    names = sorted(s.name for s in list(machine.threads.strands.values()) if not s.ended)
    return Livelock(
        f"threads took {PASSES_LIMIT:,} turns at {_seconds(machine)}, and the clock did not move: "
        f"{', '.join(capped(names, 'threads'))} wake each other without end; one of them must "
        "wait for something that takes time, or end."
    )


def endless(machine: Machine) -> Livelock:
    """The program has ended, but a task does not."""
    lines = []
    for task in asyncio.all_tasks(machine.loop):
        if not task.done() and getattr(task, "lane", -1) >= 0:
            at, on, _ = where.suspension(task)
            lines.append(f"  {task.get_name()}, in {on}" + (f" at {at}" if at else ""))
    return Livelock(
        "main has ended, and every task that was left was cancelled, as asyncio.run does. But some "
        f"swallow the cancellation and go on, {machine.loop.turns_limit:,} turns by now, so the "
        "program would never end:\n"
        + "\n".join(capped(sorted(lines), "tasks"))
        + "\nLet CancelledError pass: catch it to clean up, then raise it again."
    )


def thread_stuck(machine: Machine) -> ThreadStuck:
    """A thread holds the baton and does not give it back."""
    strand = machine.clock.holder
    at, _ = stand(strand)
    return ThreadStuck(
        f"{strand.name} has run for {machine.patience_s:g} s of real time without an end, a sleep "
        f"or a wait; it stands at {at or 'a call into C'}. A loop that polls needs a wait in it. "
        "To stand for long computing use lab.cpu(seconds); if it computes for real and needs "
        "longer, call lab.run(..., patience=seconds)."
    )


def threads_left(strands: list[Strand]) -> str:
    """Threads that could not be ended: they sit in a call that Python cannot interrupt."""
    lines = []
    for strand in strands:
        at, on = stand(strand)
        lines.append(
            f"  {strand.name}" + (f", in {on}" if on else "") + (f" at {at}" if at else "")
        )
    return (
        "These threads did not end when the run did. They are in a call that Python cannot "
        "interrupt, and end once it returns; to be rid of them now, restart the kernel.\n"
        + "\n".join(capped(lines, "threads"))
    )


def interrupted(machine: Machine) -> Interrupted:
    """Stopped by the user."""
    at = f", in {machine.stopped_at}" if machine.stopped_at else ""
    return Interrupted(f"stopped by Ctrl-C at {_seconds(machine)} of the program's time{at}")


def standing(machine: Machine, frame: FrameType | None) -> str:
    """What runs at this moment, and at which line: a task or a thread."""
    holder = machine.clock.holder
    if holder is not machine.strand:
        name, at = holder.name, stand(holder)[0]
    else:
        task = asyncio.current_task(machine.loop)
        name, at = task.get_name() if task else "a callback", where.of_frame(frame)
    return f"{name} at {at}" if at else ""


def unsafe(callback: Any) -> str:
    """`call_soon` was called from a thread."""
    name = getattr(callback, "__qualname__", None) or repr(type(callback).__name__)
    return (
        f"loop.call_soon({name}) from a thread does not wake the loop: it runs whenever the loop "
        "wakes for another reason; use loop.call_soon_threadsafe"
    )


def _seconds(machine: Machine) -> str:
    return f"{machine.clock.now / NS:g} s"


def _handle_name(handle: Any) -> str:
    task = getattr(handle._callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return task.get_name()
    return str(getattr(handle._callback, "__qualname__", "a callback"))
