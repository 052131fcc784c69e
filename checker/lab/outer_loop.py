"""The event loop that the caller of `lab.run` stands in, set aside for as long as the run lasts.

In a notebook a cell is a step of a task, on a loop that is running, and so is an `async` test. Both
have to go before another loop can run in the same thread, and both have to be back afterwards.

Where asyncio keeps them depends on the version. The running loop belongs to a thread in all of
them. The current task was an entry of a dictionary, by its loop, up to 3.13, so that tasks of two
loops were never in each other's way. Since 3.14 a thread has one current task, whichever its loop
(`asyncio_running_task` of the thread state: `enter_task` and `swap_current_task` in CPython's
Modules/_asynciomodule.c). A task of ours that begins a step while the caller's is still there gets
`RuntimeError: Cannot enter into task`, in a callback, so that the step is lost and the run looks
like a deadlock.

Invariant: both are what they were once `restore` has been called, however the run ended.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any


def set_aside() -> Callable[[], None]:
    """Let the calling thread have no running loop and no current task. Returns what restores both.

    Only C knows the current task of another kind of task: one of the caller's that is written in
    Python (`asyncio.tasks._PyTask`) is kept in a dictionary by its loop as before 3.14.
    """
    loop = asyncio._get_running_loop()
    task = _swap_current_task(loop, None)
    asyncio._set_running_loop(None)

    def restore() -> None:
        asyncio._set_running_loop(loop)
        _swap_current_task(loop, task)

    return restore


def clear(loop: asyncio.AbstractEventLoop) -> None:
    """Let `loop` be one that does not run, also if its own `finally` was cut in two.

    A program that changed the running loop within a step has kept its task from leaving
    (`leave_task` compares the loop first), so the task goes, too.
    """
    loop._thread_id = None  # type: ignore[attr-defined]
    loop._stopping = False  # type: ignore[attr-defined]
    asyncio._set_running_loop(loop)
    _swap_current_task(loop, None)
    asyncio._set_running_loop(None)


def _swap_current_task(loop: asyncio.AbstractEventLoop | None, task: Any) -> Any:
    """Make `task` the current one of the thread, whose running loop is `loop`."""
    if sys.version_info >= (3, 14) and loop is not None:
        tasks: Any = asyncio.tasks
        return tasks._swap_current_task(loop, task)
    return None
